using System.Globalization;
using System.Text;

namespace Realtime.Sockets;

/// <summary>Finds the JSON path of a place in MessagePack: found when a fault is told, so that reading need not keep track.</summary>
internal static class MessagePackPath
{
    private const int MaxDepth = 64;

    /// <summary>The path of the value that begins at, or holds, a position: <c>$.items[2].count</c>.</summary>
    public static string To(ReadOnlyMemory<byte> bytes, int position)
    {
        var path = new StringBuilder("$");
        var reader = new MessagePackReader(bytes);
        try
        {
            while (reader.Position < position && path.Length < 1024 && Step(reader, position, path))
            {
            }
        }
        catch (MessagePackException)
        {
            // This is as far as it can be read.
        }
        return path.ToString();
    }

    // Goes into the container that is next, to the value that holds the position.
    private static bool Step(MessagePackReader reader, int position, StringBuilder path)
    {
        if (++reader.Depth > MaxDepth)
        {
            return false;
        }
        var isMap = reader.Next == MessagePackType.Map;
        if (!isMap && reader.Next != MessagePackType.Array)
        {
            return false;
        }
        var count = isMap ? reader.ReadMapHeader() : reader.ReadArrayHeader();
        for (var index = 0; index < count; index++)
        {
            var name = isMap && reader.Next == MessagePackType.String ? reader.ReadString() : null;
            if (isMap && name is null)
            {
                return false;
            }
            var start = reader.Position;
            var isHere = reader.TrySkip(maxDepth: 1, out _) is not null || reader.Position > position;
            if (isHere)
            {
                reader.MoveTo(start);
                _ = isMap ? path.Append(CultureInfo.InvariantCulture, $".{name}") : path.Append(CultureInfo.InvariantCulture, $"[{index}]");
                return true;
            }
        }
        return false;
    }
}
