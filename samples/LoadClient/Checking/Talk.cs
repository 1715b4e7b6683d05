using System.Text;
using Bogus;

namespace Realtime.LoadClient.Checking;

/// <summary>Made-up people and what they say: the same for the same seed.</summary>
internal sealed class Talk
{
    /// <summary>How many different things are said; a power of two.</summary>
    public const int Lines = 64;

    private readonly string[] _people;
    private readonly byte[][] _lines;

    /// <summary>Makes it up.</summary>
    /// <param name="seed">Which people, which talk.</param>
    /// <param name="length">How long each line is, in bytes.</param>
    public Talk(int seed, int length)
    {
        var faker = new Faker("en") { Random = new Randomizer(seed) };
        _people = [.. Enumerable.Range(0, 256).Select(_ => Plain(faker.Name.FirstName()))];
        _lines = [.. Enumerable.Range(0, Lines).Select(_ => Line(faker, length))];
    }

    /// <summary>A name for the member of this number; names come again with a number behind them.</summary>
    public string Person(int number) => number < _people.Length ? _people[number] : $"{_people[number % _people.Length]} {(number / _people.Length) + 1}";

    /// <summary>What is said; every <see cref="Lines"/>th line is the same.</summary>
    public ReadOnlySpan<byte> Line(int number) => _lines[number & (Lines - 1)];

    private static byte[] Line(Faker faker, int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(' ').Append(Plain(faker.Random.Bool() ? faker.Hacker.Phrase() : faker.Rant.Review()));
        }
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    // Nothing that a JSON writer might escape: the bytes that come back are compared with those that were sent.
    private static string Plain(string text) => new([.. text.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '.' or ',' or '!' or '?' or '-')]);
}
