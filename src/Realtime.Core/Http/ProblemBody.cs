namespace Realtime.Http;

/// <summary>A problem in the form that a peer prefers.</summary>
/// <param name="ContentType">What the bytes are.</param>
/// <param name="Bytes">The document or the page.</param>
/// <param name="Policy">What a page may do (Content-Security-Policy); null for what is no page.</param>
internal readonly record struct ProblemBody(string ContentType, ReadOnlyMemory<byte> Bytes, string? Policy);
