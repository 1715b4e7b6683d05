using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Realtime.Sockets.Tests.MessagePack;

/// <summary>Beside an implementation by others: what this one writes, <c>@msgpack/msgpack</c> reads, and the other way round.</summary>
public sealed class NodeTests
{
    private const int Count = 5_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_JavaScript_implementation_reads_what_is_written_and_writes_what_is_read(int seed)
    {
        var client = Path.GetFullPath(Path.Combine(Folder(), "../../../clients/js"));
        if (!Directory.Exists(Path.Combine(client, "node_modules", "@msgpack")))
        {
            await RunAsync(client, "", "npm", "ci", "--no-audit", "--no-fund");
        }
        var random = new Random(seed);
        var mine = Enumerable.Range(0, Count).Select(_ => Make(random)).ToList();

        var output = await RunAsync(
            client, string.Join('\n', mine.Select(Convert.ToHexStringLower)) + "\n", "node", "e2e/msgpack-peer.js", $"{Count}", $"{seed}");

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2 * Count, lines.Length);
        for (var index = 0; index < Count; index++)
        {
            Assert.Equal(Text(mine[index]), Text(Convert.FromHexString(lines[index])));
        }
        foreach (var line in lines.Skip(Count))
        {
            var (hex, json) = line.Split(' ', 2) is [var first, var second] ? (first, second) : throw new FormatException(line);
            // Both by way of MessagePack: what JSON may write in two ways, it writes in one.
            Assert.Equal(Text(ValueTests.FromJson(json)), Text(ValueTests.FromJson(ValueTests.ToJson(Convert.FromHexString(hex)))));
        }
    }

    private static byte[] Make(Random random)
    {
        var writer = MessagePackWriter.Take();
        RandomValues.Write(writer, random, depth: 3);
        var bytes = writer.Written.ToArray();
        writer.Return();
        return bytes;
    }

    // A message in words: two that say the same are the same, whichever forms they use. JavaScript has one kind of number.
    private static string Text(byte[] bytes)
    {
        var text = new StringBuilder();
        var reader = new MessagePackReader(bytes);
        Describe(reader, text);
        Assert.True(reader.IsAtEnd);
        return text.ToString();
    }

    private static void Describe(MessagePackReader reader, StringBuilder text)
    {
        switch (reader.Next)
        {
            case MessagePackType.Nil:
                reader.TryReadNil();
                text.Append("nil ");
                break;
            case MessagePackType.Boolean:
                text.Append($"{reader.ReadBoolean()} ");
                break;
            case MessagePackType.Integer or MessagePackType.Float:
                text.Append($"{reader.ReadDouble():R} ");
                break;
            case MessagePackType.String:
                text.Append($"'{reader.ReadString()}' ");
                break;
            case MessagePackType.Binary:
                text.Append($"#{Convert.ToHexString(reader.ReadBinary())} ");
                break;
            case MessagePackType.Timestamp:
                text.Append($"@{reader.ReadTimestamp()} ");
                break;
            case MessagePackType.Array:
                text.Append("[ ");
                for (var left = reader.ReadArrayHeader(); left > 0; left--)
                {
                    Describe(reader, text);
                }
                text.Append("] ");
                break;
            case MessagePackType.Map:
                // JavaScript's objects have an order of their own for names that look like numbers.
                var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
                for (var left = reader.ReadMapHeader(); left > 0; left--)
                {
                    var name = reader.ReadString();
                    var value = new StringBuilder();
                    Describe(reader, value);
                    pairs[name] = value.ToString();
                }
                text.Append('{').AppendJoin(' ', pairs).Append("} ");
                break;
            default:
                throw new InvalidOperationException($"{reader.Next}");
        }
    }

    private static async Task<string> RunAsync(string folder, string input, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{await errors}");
            return await output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
