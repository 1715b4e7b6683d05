namespace Realtime;

/// <summary>Something to tell a person on the next page that they see.</summary>
/// <param name="Text">What to tell.</param>
/// <param name="Category">What kind of message it is: <c>message</c> unless said otherwise.</param>
public sealed record FlashMessage(string Text, string Category);
