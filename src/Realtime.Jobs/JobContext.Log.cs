using Realtime.Jobs;

namespace Realtime;

public sealed partial class JobContext
{
    private List<JobLogLine>? _lines;
    private int _shownLines;
    private int _lastLine;
    private bool _listed;

    /// <summary>
    /// Writes a line to the job's own log, which is kept with the job and shown to whoever watches it (<see cref="JobHandle.EventsAsync"/>,
    /// the topic <c>job:{id}</c>). For people who wait for the job; what operators need belongs into <see cref="Logger"/>. Costs no write of
    /// its own: lines are stored together, a few times a second and with the attempt's end.
    /// </summary>
    /// <param name="line">The line. Of a job the newest <see cref="JobLogLine.MostKept"/> are kept.</param>
    public void Log(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        lock (Gate)
        {
            if (_ended)
            {
                return;
            }
            var text = line.Length > JobLogLine.MostCharacters ? line[..JobLogLine.MostCharacters] : line;
            _lines ??= [];
            if (_lines.Count == JobLogLine.MostKept)
            {
                // No more than that would be kept anyway.
                _lines.RemoveAt(0);
                _shownLines = Math.Max(0, _shownLines - 1);
            }
            _lines.Add(new JobLogLine(JobLogLine.NumberOf(Attempt, ++_lastLine), _server.Runtime.Time.GetUtcNow(), Attempt, text));
            if (_listed)
            {
                return;
            }
            _listed = true;
        }
        _server.Progress.Add(this);
    }

    /// <summary>Takes the attempt off the list, shows lines that watchers have not seen, and returns all that are not known to be stored; null for none, or behind the end.</summary>
    internal JobLogLines? ShowLines()
    {
        lock (Gate)
        {
            _listed = false;
            if (_ended || _lines is not { Count: > 0 })
            {
                return null;
            }
            PublishLines();
            return new JobLogLines(Id, Attempt, [.. _lines]);
        }
    }

    /// <summary>Lines are stored.</summary>
    internal void Stored(JobLogLines lines)
    {
        lock (Gate)
        {
            if (_ended)
            {
                return;
            }
            var stored = _lines!.FindLastIndex(line => line.Number <= lines.Lines[^1].Number) + 1;
            _lines.RemoveRange(0, stored);
            _shownLines -= stored;
        }
    }

    /// <summary>What is not known to be stored when the attempt has ended; null for nothing.</summary>
    internal IReadOnlyList<JobLogLine>? LastLines => _lines is { Count: > 0 } ? _lines : null;

    private void PublishLines()
    {
        if (_lines is null)
        {
            return;
        }
        if (_server.Runtime.Feed.IsObserved)
        {
            foreach (var line in _lines.Skip(_shownLines))
            {
                _server.Runtime.Feed.Publish(new JobLogged(Id, Name, line));
            }
        }
        _shownLines = _lines.Count;
    }
}
