namespace Realtime;

// A token that ends some time is renewed before that, over the connection.
internal sealed partial class Link
{
    // Early enough for the server's answer, and for one more attempt.
    private const double Due = 0.8;

    // A token that stays the same has ever less time left: what is due sooner than this is not done, and the next connection asks for a token anew.
    private static readonly TimeSpan ShortestRenewal = TimeSpan.FromSeconds(0.5);

    private readonly Alarm _renewal;

    private void RenewBefore(long? expires)
    {
        if (_options.Token is { } token && expires is { } milliseconds && Span(milliseconds) * Due is var wait && wait >= ShortestRenewal)
        {
            var wire = _wire;
            _renewal.Set(wait, () => _ = RenewAsync(wire, token));
        }
        else
        {
            _renewal.Clear();
        }
    }

    private async Task RenewAsync(Wire? wire, Func<CancellationToken, ValueTask<string?>> token)
    {
        string? fresh;
        try
        {
            // The app's own code: not inside the gate.
            fresh = await Task.Run(() => token(CancellationToken.None).AsTask());
        }
        catch (Exception)
        {
            // The server closes with 3003 in time, and the next connection asks for a token anew.
            return;
        }
        using var scope = _client.Gate.Enter();
        if (fresh is not null && wire == _wire && State == RealtimeClientState.Open)
        {
            _client.Authenticate(fresh, reply =>
            {
                if (reply is { IsOk: true })
                {
                    RenewBefore(reply.ExpiresAnew);
                }
            });
        }
    }
}
