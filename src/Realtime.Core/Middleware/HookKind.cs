namespace Realtime.Middleware;

/// <summary>When a hook runs.</summary>
internal enum HookKind
{
    Before,
    After,
    Teardown,
    Error,
}
