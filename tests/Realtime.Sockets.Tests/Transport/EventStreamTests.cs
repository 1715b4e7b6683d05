using System.IO.Pipelines;
using System.Text;

namespace Realtime.Sockets.Tests.Transport;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Frames_of_every_length_become_events_also_many_in_one_write()
    {
        using var body = new MemoryStream();
        await using var stream = new EventStream(PipeWriter.Create(body));
        string[] payloads = ["{}", new('x', 125), new('y', 126), new('z', 70_000), "{\n  \"indented\": 1,\r\n  \"text\": \"é\"\n}"];
        byte[] frames = [.. payloads.SelectMany(static payload => PreparedFrame.Of(Encoding.UTF8.GetBytes(payload)).Bytes)];

        await stream.WriteAsync(frames);
        await stream.WriteAsync(new byte[] { 0x89, 0 });
        await stream.WriteAsync(new byte[] { 0x88, 4, 3, 0xE9, (byte)'g', (byte)'o' });

        Assert.Equal(
            $"data: {{}}\n\ndata: {payloads[1]}\n\ndata: {payloads[2]}\n\ndata: {payloads[3]}\n\n"
            + "data: {\ndata:   \"indented\": 1,\ndata: \ndata:   \"text\": \"é\"\ndata: }\n\n"
            + "event: close\ndata: {\"code\":1001,\"reason\":\"go\"}\n\n",
            Encoding.UTF8.GetString(body.ToArray()));
    }
}
