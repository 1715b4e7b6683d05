using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;

namespace Realtime.Http;

/// <summary>Opens the keys that sessions are encrypted with: the platform makes a new one every 90 days, and reads what older ones wrote.</summary>
internal static class SessionKeys
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static IDataProtectionProvider Open(App app, ILogger logger)
    {
        if (!app.Sessions.KeepsKeys)
        {
            return new EphemeralDataProtectionProvider();
        }
        var folder = app.Sessions.KeyFolder ?? (DataFolder.Of(app) is { } data ? Path.Combine(data, "keys") : null);
        try
        {
            if (folder is not null)
            {
                return DataProtectionProvider.Create(Private(Path.GetFullPath(folder)), static builder => builder.SetApplicationName("Realtime"));
            }
        }
        catch (Exception exception) when (app.Sessions.KeyFolder is null && exception is IOException or UnauthorizedAccessException)
        {
            SessionLog.KeysNotKept(logger, folder!, exception);
            return new EphemeralDataProtectionProvider();
        }
        SessionLog.NoKeyFolder(logger);
        return new EphemeralDataProtectionProvider();
    }

    /// <summary>The folder, made for its owner alone, and tried: keys that cannot be written are noticed now and not at the first rotation.</summary>
    private static DirectoryInfo Private(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path);
        }
        var folder = Directory.CreateDirectory(path, OwnerOnly);
        if (folder.UnixFileMode != OwnerOnly)
        {
            folder.UnixFileMode = OwnerOnly;
        }
        var probe = Path.Combine(path, Path.GetRandomFileName());
        File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
        return folder;
    }
}
