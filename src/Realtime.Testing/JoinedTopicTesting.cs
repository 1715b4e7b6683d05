namespace Realtime.Testing;

/// <summary>What tests want of a topic that a client is in.</summary>
public static class JoinedTopicTesting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    extension(JoinedTopic topic)
    {
        /// <summary>
        /// Takes the next event of a name that no test has taken yet: one that came before is there at once. Events of other names stay where they are.
        /// </summary>
        /// <typeparam name="T">The data's type.</typeparam>
        /// <param name="name">The event's name.</param>
        /// <param name="timeout">How long to wait, in real time; null for 10 seconds.</param>
        /// <param name="cancellationToken">Gives up.</param>
        /// <exception cref="TimeoutException">None came; the message says what came instead.</exception>
        /// <exception cref="RealtimeException">The topic was lost (with the reason's code), or data is not of this type (<c>bad_data</c>).</exception>
        public async Task<T> NextAsync<T>(string name, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        {
            var patience = timeout ?? Patience;
            using var limit = new CancellationTokenSource(patience, TimeProvider.System);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                await foreach (var data in topic.On<T>(name, either.Token))
                {
                    return data;
                }
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                var instead = topic.Unread;
                throw new TimeoutException(
                    $"No event '{name}' came to '{topic.Name}' within {patience.TotalSeconds} s. "
                    + (instead.Count == 0 ? "Nothing else waits there." : $"What waits there:\n{string.Join('\n', instead)}"),
                    exception);
            }
            throw new InvalidOperationException($"'{topic.Name}' was left, so no event '{name}' will come.");
        }
    }
}
