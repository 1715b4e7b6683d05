using Realtime.Binding;

namespace Realtime.Middleware;

/// <summary>A hook ready to be called.</summary>
/// <param name="Hook">What it was made of.</param>
/// <param name="Invoke">Calls it.</param>
/// <param name="Writer">Makes its result an answer; null where the result is none.</param>
/// <param name="TakesRequest">Whether it could keep hold of its <see cref="Request"/>.</param>
internal sealed record CompiledHook(Hook Hook, Func<Request, ValueTask<object?>> Invoke, ResultWriter? Writer, bool TakesRequest);
