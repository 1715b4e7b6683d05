using System.Text.Json;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime;

/// <summary>
/// What an app remembers of one client from request to request: a few small values by name, in a cookie that only the app can read and write.
/// </summary>
/// <remarks>
/// It is read from the cookie when <see cref="Request.Session"/> is first asked for, and written when something was changed. A cookie that is forged, too old or
/// of unknown keys is an empty session. It all must fit a cookie of 4,096 bytes: keep ids here, and what they stand for in a store. Of two
/// requests of one client at the same time the one that is answered last wins. A value that is got is a copy: set it again to change it.
/// </remarks>
public sealed partial class Session
{
    private readonly SessionStore _store;
    private readonly SessionData _data;
    private readonly HttpConnection? _http;
    private readonly string _rootPath;
    private readonly bool _hadCookie;
    private bool _isChanged;
    private bool _isClosed;

    internal Session(SessionStore store, RequestConnection connection, SessionData? data, bool hadCookie)
    {
        _store = store;
        _data = data ?? new SessionData();
        _hadCookie = hadCookie;
        // The response may start when the mount that this app is behind has given the path back.
        _rootPath = connection.RootPath;
        _http = connection as HttpConnection;
        if (_http is { HasStarted: false })
        {
            _http.OnStarting(Write);
        }
        else
        {
            _isClosed = true;
        }
    }

    /// <summary>How many values there are.</summary>
    public int Count => _data.Values.Count;

    /// <summary>The names of the values.</summary>
    public IReadOnlyCollection<string> Keys => _data.Values.Keys;

    /// <summary>A value as text: null where there is none, or as JSON where it was set as another type. Setting null removes it.</summary>
    /// <param name="key">The value's name, with regard to case.</param>
    /// <exception cref="InvalidOperationException">On setting: as for <see cref="Set"/>.</exception>
    public string? this[string key]
    {
        get => !_data.Values.TryGetValue(key, out var value) ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString()
            : value.GetRawText();
        set
        {
            if (value is null)
            {
                Remove(key);
            }
            else
            {
                Set(key, value);
            }
        }
    }

    /// <summary>Whether there is a value of this name.</summary>
    /// <param name="key">The name.</param>
    public bool Contains(string key) => _data.Values.ContainsKey(key);

    /// <summary>A value as the type it was set as; the type's default where there is none, or where it does not fit the type any more.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="key">The value's name.</param>
    public T? Get<T>(string key)
    {
        if (!_data.Values.TryGetValue(key, out var value))
        {
            return default;
        }
        try
        {
            return value.Deserialize<T>(_store.Json);
        }
        catch (JsonException)
        {
            // Written by an older version of the app, which meant something else by it.
            return default;
        }
    }

    /// <summary>Sets a value.</summary>
    /// <typeparam name="T">Its type, which is kept as JSON.</typeparam>
    /// <param name="key">Its name.</param>
    /// <param name="value">The value; null removes it.</param>
    /// <exception cref="InvalidOperationException">
    /// The session would not fit its cookie, the response has started, or this is a WebSocket, whose session can be read alone.
    /// </exception>
    public void Set<T>(string key, T value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (value is null)
        {
            Remove(key);
            return;
        }
        ThrowIfClosed();
        var before = _data.Values.TryGetValue(key, out var old) ? old : default;
        _data.Values[key] = JsonSerializer.SerializeToElement(value, _store.Json);
        if (!_store.Fits(_data))
        {
            var error = _store.TooLarge(_data);
            if (before.ValueKind == JsonValueKind.Undefined)
            {
                _data.Values.Remove(key);
            }
            else
            {
                _data.Values[key] = before;
            }
            throw error;
        }
        _isChanged = true;
    }

    /// <summary>Removes a value.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>False where there was none.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="Set"/>.</exception>
    public bool Remove(string key)
    {
        ThrowIfClosed();
        var removed = _data.Values.Remove(key);
        _isChanged |= removed;
        return removed;
    }

    /// <summary>Forgets everything: values, flash messages, and who is signed in. The client's cookie is deleted.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Set"/>.</exception>
    public void Clear()
    {
        ThrowIfClosed();
        _isChanged = true;
        _data.Clear();
    }

    /// <summary>Begins the session's <see cref="SessionOptions.Lifetime"/> anew and writes it, even where nothing changed.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Set"/>.</exception>
    public void Renew()
    {
        ThrowIfClosed();
        _isChanged = true;
    }

    private void ThrowIfClosed()
    {
        if (_http is null)
        {
            throw new InvalidOperationException("The session of a WebSocket can be read but not changed, since its cookie would be a header of a response: change it in a route.");
        }
        if (_isClosed)
        {
            throw new InvalidOperationException("The session was changed after the response had started: its cookie is a header. Change it before the first flush.");
        }
    }

    private void Write(HttpConnection http)
    {
        _isClosed = true;
        _store.Close(http, _rootPath, _data, _isChanged, _hadCookie);
    }
}
