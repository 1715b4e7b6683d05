using System.Text.Json;
using Spectre.Console;

namespace Realtime.Producer;

public sealed class ProducerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("realtime-producer-").FullName;

    [Fact]
    public async Task Images_are_made_smaller_by_another_process_and_a_broken_one_is_told()
    {
        for (var index = 0; index < 5; index++)
        {
            WriteImage($"photos/album/{index}.png", 64, 32);
        }
        Write("photos/broken.png", "not an image");

        var (code, summary) = await BesideWorkerAsync("images", Path("photos"), Path("small"), "--width", "16");

        Assert.Equal(1, code);
        Assert.Equal((6, 5, 1), (summary.GetProperty("enqueued").GetInt32(), summary.GetProperty("succeeded").GetInt32(), summary.GetProperty("failed").GetInt32()));
        Assert.EndsWith("broken.png: This is not a PNG file.", summary.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);
        var small = Png.Read(await File.ReadAllBytesAsync(Path("small/album/3.png")));
        Assert.Equal((16, 8), (small.Width, small.Height));
        Assert.Equal(5, Directory.EnumerateFiles(Path("small"), "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task A_csv_file_is_imported_in_parts()
    {
        Write("orders.csv", "id,name\r\n" + string.Concat(Enumerable.Range(0, 1005).Select(row => row == 7 ? "7\r\n" : $"{row},\"Ada, \"\"the {row}th\"\"\"\r\n")));

        var (code, summary) = await BesideWorkerAsync("csv", Path("orders.csv"), Path("imported"), "--rows", "100");

        Assert.Equal((0, 11), (code, summary.GetProperty("succeeded").GetInt32()));
        var lines = Directory.EnumerateFiles(Path("imported")).Order(StringComparer.Ordinal).SelectMany(File.ReadLines).ToArray();
        Assert.Equal(1004, lines.Length);
        Assert.Equal("{\"id\":\"1004\",\"name\":\"Ada, \\u0022the 1004th\\u0022\"}", lines[^1]);
    }

    [Fact]
    public async Task Stopped_and_started_again_either_side_goes_on_where_it_was()
    {
        Write("orders.csv", "id\n" + string.Concat(Enumerable.Range(0, 300).Select(static row => $"{row}\n")));
        string[] produce = ["csv", Path("orders.csv"), Path("imported"), "--rows", "10"];

        // The producer is stopped before any worker was there: what it enqueued stays.
        using (var interrupt = new CancellationTokenSource())
        {
            var stopped = RunAsync(interrupt.Token, produce);
            await UntilAsync(async () => await CountAsync() == 30);
            await interrupt.CancelAsync();
            Assert.Equal(130, (await stopped).Code);
        }
        // A worker is stopped when it has done some.
        using (var interrupt = new CancellationTokenSource())
        {
            var working = RunAsync(interrupt.Token, "work", "--concurrency", "1");
            await UntilAsync(() => Task.FromResult(Directory.Exists(Path("imported")) && Directory.EnumerateFiles(Path("imported"), "*.jsonl").Any()));
            await interrupt.CancelAsync();
            Assert.Equal(0, (await working).Code);
        }

        var (code, summary) = await BesideWorkerAsync(produce);

        Assert.Equal(0, code);
        Assert.Equal((0, 30, 30), (summary.GetProperty("enqueued").GetInt32(), summary.GetProperty("known").GetInt32(), summary.GetProperty("succeeded").GetInt32()));
        Assert.Equal(30, await CountAsync());
        Assert.Equal(300, Directory.EnumerateFiles(Path("imported")).SelectMany(File.ReadLines).Distinct().Count());
    }

    [Fact]
    public async Task People_see_bars_and_a_summary()
    {
        WriteImage("photos/1.png", 8, 8);
        using var stop = new CancellationTokenSource(Limit);
        var working = RunAsync(stop.Token, "work");
        var seen = new StringWriter();

        var code = await ProducerCommand.RunAsync(["images", Path("photos"), Path("small"), "--store", Path("jobs.db")], Console(seen), TextWriter.Null, stop.Token);
        await stop.CancelAsync();
        await working;

        Assert.Equal(0, code);
        Assert.Contains("1 images done, 0 failed; 0 of 1 were enqueued before.", seen.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_image_is_read_as_it_was_written(int channels)
    {
        var image = new Image(3, 2, channels, [.. Enumerable.Range(0, 6 * channels).Select(static value => (byte)(value * 11))]);

        var read = Png.Read(Png.Write(image));

        Assert.Equal((3, 2, channels), (read.Width, read.Height, read.Channels));
        Assert.Equal(image.Pixels, read.Pixels);
        Assert.Throws<InvalidDataException>(() => Png.Read(Png.Write(image).AsSpan(0, 45)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, JsonElement Summary)> BesideWorkerAsync(params string[] args)
    {
        using var stop = new CancellationTokenSource(Limit);
        var working = RunAsync(stop.Token, "work");
        var (code, output) = await RunAsync(stop.Token, args);
        await stop.CancelAsync();
        Assert.Equal(0, (await working).Code);
        return (code, JsonDocument.Parse(output).RootElement);
    }

    private async Task<(int Code, string Output)> RunAsync(CancellationToken stop, params string[] args)
    {
        var output = new StringWriter();
        var code = await Task.Run(() => ProducerCommand.RunAsync([.. args, "--store", Path("jobs.db"), "--json"], Console(TextWriter.Null), output, stop));
        return (code, output.ToString());
    }

    private async Task<long> CountAsync()
    {
        await using var store = new Realtime.Sqlite.SqliteJobStore(Path("jobs.db"));
        await store.OpenAsync(default);
        return (await store.CountAsync(default)).Sum(static count => count.Count);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static IAnsiConsole Console(TextWriter output) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });

    private string Path(string name) => System.IO.Path.Combine(_folder, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllText(Path(name), text);
    }

    private void WriteImage(string name, int width, int height)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllBytes(Path(name), Png.Write(new Image(width, height, 3, new byte[width * height * 3])));
    }
}
