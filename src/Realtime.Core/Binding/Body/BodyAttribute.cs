namespace Realtime;

/// <summary>Binds a handler's parameter to the body: <c>[Body] string text</c>, <c>[Body] int[] ids</c>, or the body of a DELETE.</summary>
/// <remarks>
/// A parameter of a type of yours is the body of a POST, PUT or PATCH without it. A <see cref="string"/> is then the body's text, a <c>byte[]</c> its bytes, anything
/// else what the body says in JSON, MessagePack or as a form, by its Content-Type.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class BodyAttribute : Attribute;
