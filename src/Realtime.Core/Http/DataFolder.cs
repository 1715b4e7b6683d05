namespace Realtime.Http;

/// <summary>Finds the folder for what an app keeps beyond its end.</summary>
internal static class DataFolder
{
    /// <summary>The folder, which may not exist yet; null where this system has no place for such things.</summary>
    public static string? Of(App app)
    {
        var named = app.Options.DataFolder ?? Environment.GetEnvironmentVariable("REALTIME_DATA");
        if (!string.IsNullOrEmpty(named))
        {
            return Path.GetFullPath(named);
        }
        var own = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return own.Length == 0 ? null : Path.Combine(own, "realtime", AppDomain.CurrentDomain.FriendlyName);
    }
}
