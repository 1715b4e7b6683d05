namespace Realtime.Middleware;

/// <summary>How an app knows its users.</summary>
/// <param name="Page">The page that signs people in, or null.</param>
/// <param name="Token">From a token to its user, or null.</param>
/// <param name="User">From what a session remembers to its user, or null.</param>
internal sealed record LoginRules(string? Page, Delegate? Token, Delegate? User);
