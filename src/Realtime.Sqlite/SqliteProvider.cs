using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Realtime.Sqlite;

/// <summary>Chooses the SQLite library, once: the system's where it is newer than the bundled one.</summary>
internal static class SqliteProvider
{
    // What SQLitePCLRaw.lib.e_sqlite3 2.0.6 brings along: 3.35.5.
    private const int BundledVersion = 3_035_005;

    private static readonly Lazy<bool> Ready = new(SetUp);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionNumber();

    public static void Ensure() => _ = Ready.Value;

    private static bool SetUp()
    {
        if (FindSystemLibrary() is { } library)
        {
            try
            {
                NativeLibrary.SetDllImportResolver(
                    typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == "e_sqlite3" ? library : IntPtr.Zero);
            }
            catch (InvalidOperationException)
            {
                // The program has chosen a library for this provider itself.
            }
        }
        Batteries_V2.Init();
        return true;
    }

    private static IntPtr? FindSystemLibrary()
    {
        string[] names = OperatingSystem.IsLinux() ? ["libsqlite3.so.0"] : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"] : [];
        foreach (var name in names)
        {
            if (!NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), DllImportSearchPath.SafeDirectories, out var library))
            {
                continue;
            }
            if (NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var version)
                && Marshal.GetDelegateForFunctionPointer<VersionNumber>(version)() > BundledVersion
                && NativeLibrary.TryGetExport(library, "sqlite3_threadsafe", out var threadSafe)
                && Marshal.GetDelegateForFunctionPointer<VersionNumber>(threadSafe)() != 0)
            {
                return library;
            }
        }
        return null;
    }
}
