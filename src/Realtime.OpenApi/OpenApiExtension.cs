namespace Realtime.OpenApi;

/// <summary>The routes of the document and of its page.</summary>
internal sealed class OpenApiExtension
{
    private readonly Lock _lock = new();
    private readonly App _app;
    private readonly OpenApiOptions _options;
    private (string RootPath, byte[] Document)? _written;

    public OpenApiExtension(App app, OpenApiOptions options)
    {
        (_app, _options) = (app, options);
        app.Get(options.Path, (Request request) => Response.Bytes(Document(request.Connection.RootPath), "application/json")).Undocumented();
        if (options.UiPath is { } path)
        {
            path = path.TrimEnd('/');
            var page = new UiPage(options, path);
            app.Get(path.Length == 0 ? "/" : path, page.Show).Undocumented();
            app.Get($"{path}/assets/{{file}}", UiPage.Asset).Undocumented();
        }
    }

    // The routes do not change once the app is built; where it is mounted hardly does.
    private byte[] Document(string rootPath)
    {
        lock (_lock)
        {
            if (_written is not { } written || written.RootPath != rootPath)
            {
                _written = written = (rootPath, new DocumentWriter(_app, _options).Write(rootPath));
            }
            return written.Document;
        }
    }
}
