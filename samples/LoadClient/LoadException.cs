namespace Realtime.LoadClient;

/// <summary>A run could not take place; the message says what was done and what to do instead.</summary>
internal sealed class LoadException(string message) : Exception(message);
