using System.Text;
using Realtime.Protocol;
using Xunit;

namespace Realtime.Conformance.Contract;

/// <summary>What the suites' applications have in common.</summary>
internal static class Probe
{
    /// <summary>Generous: it is only ever waited for when a test fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>An application of HTTP requests only.</summary>
    public static Application Http(Func<HttpConnection, Task> handle) =>
        connection => connection is HttpConnection http ? new ValueTask(handle(http)) : default;

    /// <summary>An application of WebSockets only.</summary>
    public static Application Socket(Func<WebSocketConnection, Task> handle) =>
        connection => connection is WebSocketConnection socket ? new ValueTask(handle(socket)) : default;

    public static async Task WriteAsync(this HttpConnection http, string text) => await http.ResponseBody.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes without a flush.</summary>
    public static void Buffer(this HttpConnection http, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, http.ResponseBody.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)));
        http.ResponseBody.Advance(length);
    }

    public static async Task<T> Soon<T>(this TaskCompletionSource<T> signal) => await signal.Task.WaitAsync(Patience);

    public static async Task Soon(this TaskCompletionSource signal) => await signal.Task.WaitAsync(Patience);

    public static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static TaskCompletionSource<T> Signal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs checks inside an application and hands their failure to the test.</summary>
    public static Func<T, Task> Checked<T>(TaskCompletionSource done, Func<T, Task> check) => async connection =>
    {
        try
        {
            await check(connection);
            done.TrySetResult();
        }
        catch (Exception exception)
        {
            done.TrySetException(exception);
        }
    };

    public static void Refuses<T>(string says, Func<T> act)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => { _ = act(); });
        Assert.Contains(says, exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    public static async Task RefusesAsync(string says, Func<Task> act)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(act);
        Assert.Contains(says, exception.Message, StringComparison.OrdinalIgnoreCase);
    }
}
