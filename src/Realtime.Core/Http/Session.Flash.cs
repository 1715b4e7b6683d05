namespace Realtime;

public sealed partial class Session
{
    /// <summary>Keeps a message for the next page that takes it, usually the one behind a redirect.</summary>
    /// <param name="text">What to tell.</param>
    /// <param name="category">What kind of message it is, for the page to show it accordingly: <c>error</c>, <c>info</c>, any word.</param>
    /// <exception cref="InvalidOperationException">As for <see cref="Set"/>.</exception>
    public void Flash(string text, string category = "message")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(category);
        ThrowIfClosed();
        _data.Flashes.Add(new FlashMessage(text, category));
        if (!_store.Fits(_data))
        {
            var error = _store.TooLarge(_data);
            _data.Flashes.RemoveAt(_data.Flashes.Count - 1);
            throw error;
        }
        _isChanged = true;
    }

    /// <summary>Takes messages out, in the order they were kept: each is shown once.</summary>
    /// <param name="categories">Which kinds; none for all.</param>
    /// <exception cref="InvalidOperationException">There is a message, and the response has started.</exception>
    public IReadOnlyList<FlashMessage> TakeFlashes(params ReadOnlySpan<string> categories)
    {
        if (_data.Flashes.Count == 0)
        {
            return [];
        }
        ThrowIfClosed();
        var taken = new List<FlashMessage>();
        foreach (var flash in _data.Flashes)
        {
            if (categories.IsEmpty || categories.Contains(flash.Category))
            {
                taken.Add(flash);
            }
        }
        _isChanged |= _data.Flashes.RemoveAll(taken.Contains) > 0;
        return taken;
    }
}
