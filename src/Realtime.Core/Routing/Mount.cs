using Realtime.Protocol;

namespace Realtime.Routing;

/// <summary>Calls an application within an app, for which the path begins at the mount.</summary>
/// <param name="depth">How many segments the mount's path has.</param>
/// <param name="application">The application.</param>
internal sealed class Mount(int depth, Application application)
{
    public async ValueTask ServeAsync(Request request)
    {
        var connection = request.Connection;
        var (root, path) = (connection.RootPath, connection.Path);
        var start = 0;
        for (var segment = 0; segment < depth; segment++)
        {
            start = path.IndexOf('/', start + 1) is >= 0 and var slash ? slash : path.Length;
        }
        connection.RootPath = root + path[..start];
        connection.Path = start == path.Length ? "/" : path[start..];
        try
        {
            await application(connection);
        }
        finally
        {
            // Whoever is around it sees the request as it was.
            connection.RootPath = root;
            connection.Path = path;
        }
    }
}
