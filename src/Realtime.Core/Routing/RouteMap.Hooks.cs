using Realtime.Middleware;

namespace Realtime.Routing;

public abstract partial class RouteMap
{
    private readonly List<Hook> _hooks = [];

    /// <summary>The hooks and error handlers added here, in order.</summary>
    internal IReadOnlyList<Hook> Hooks => _hooks;

    /// <summary>
    /// Runs before the handlers of this app or blueprint: an app's before a blueprint's, in the order added. An app's runs also for requests that no route answers.
    /// </summary>
    /// <param name="hook">
    /// Any delegate, bound as a handler without a body is. A <see cref="Response"/> that it returns is the answer, and neither what comes behind it nor the handler
    /// runs; whatever else it returns, null included, lets the request go on. An exception is handled as one of the handler.
    /// </param>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void Before(Delegate hook) => Add(new Hook(HookKind.Before, hook));

    /// <summary>
    /// Runs after the handler and before its answer is sent, also where an error handler, a hook or the framework answers: a blueprint's before an app's, the last added first.
    /// </summary>
    /// <param name="hook">
    /// Any delegate, bound as a handler without a body is, and to the <see cref="Response"/>, whose status and headers it can change, and to the
    /// <see cref="Exception"/> that was answered (nullable). A <see cref="Response"/> that it returns replaces the answer. What a handler has sent by itself
    /// through its <see cref="Protocol.HttpConnection"/> can no longer be changed.
    /// </param>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void After(Delegate hook) => Add(new Hook(HookKind.After, hook));

    /// <summary>
    /// Runs when everything else is done, whatever happened: every one, also where one throws (which is logged). A blueprint's before an app's, the last added first.
    /// </summary>
    /// <param name="hook">
    /// Any delegate, bound as a handler without a body is, and to the <see cref="Exception"/> out of the handler or a hook, answered or not (nullable), and to the
    /// <see cref="Response"/> (nullable).
    /// </param>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void Teardown(Delegate hook) => Add(new Hook(HookKind.Teardown, hook));

    /// <summary>
    /// Answers errors of a status: an <see cref="HttpError"/>, a path that nothing answers (404, on an app), a value that does not fit (400), and with 500 any
    /// exception that has no handler of its type.
    /// </summary>
    /// <param name="status">The status, 400 to 599.</param>
    /// <param name="handler">
    /// Any delegate, bound as a handler without a body is, and to the <see cref="HttpError"/>, to the <see cref="Exception"/> and to the <see cref="Response"/> that
    /// would be sent without it. Its result is the answer, with the error's status unless it says another; null, or nothing, leaves the error to the next handler, and
    /// an <see cref="HttpError"/>, returned or thrown, is what an exception of another type becomes.
    /// </param>
    /// <remarks>
    /// A blueprint's handlers go before an app's. In each, those for an <see cref="HttpError"/>'s status go first, then those of types, the nearest first; for an exception
    /// that is no answer by itself the types go before the status.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void OnError(int status, Delegate handler)
    {
        if (status is < 400 or > 599)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "An error has a status from 400 to 599.");
        }
        Add(new Hook(HookKind.Error, handler) { Status = status });
    }

    /// <summary>
    /// Answers exceptions of a type and of those derived from it. That of <see cref="Exception"/> is not asked about errors that are answers by themselves, such as
    /// <see cref="HttpError"/>: name their type, or the status.
    /// </summary>
    /// <typeparam name="TException">The type.</typeparam>
    /// <param name="handler">Any delegate, as for <see cref="OnError(int, Delegate)"/>.</param>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void OnError<TException>(Delegate handler)
        where TException : Exception => Add(new Hook(HookKind.Error, handler) { ExceptionType = typeof(TException) });

    private void Add(Hook hook)
    {
        ThrowIfSealed();
        _hooks.Add(hook);
    }
}
