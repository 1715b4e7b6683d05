namespace Realtime;

public sealed partial class Request
{
    private Session? _session;

    /// <summary>
    /// What the app remembers of this client, read from its cookie when first asked for; the response then varies by cookie. Changes are written with the
    /// response's headers.
    /// </summary>
    public Session Session => _session ??= _app.SessionStore.Open(this);
}
