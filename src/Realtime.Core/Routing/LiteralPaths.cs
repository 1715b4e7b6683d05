using System.Numerics;
using System.Runtime.InteropServices;

namespace Realtime.Routing;

/// <summary>Finds the paths without parameters, at a cost that depends on the path's length and not on how many there are.</summary>
internal sealed class LiteralPaths
{
    // Half empty, so that a search ends after a step or two. Only the app's own paths are in it: nobody can make it slow from outside.
    private readonly (string? Path, RouteNode? Node)[] _slots;
    private readonly int _mask;

    public LiteralPaths(IReadOnlyDictionary<string, RouteNode> paths)
    {
        _slots = new (string?, RouteNode?)[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, paths.Count * 2))];
        _mask = _slots.Length - 1;
        foreach (var (path, node) in paths)
        {
            var slot = Hash(path) & _mask;
            while (_slots[slot].Path is not null)
            {
                slot = (slot + 1) & _mask;
            }
            _slots[slot] = (path, node);
        }
    }

    /// <summary>What is at a path, or null.</summary>
    public RouteNode? Find(string path)
    {
        for (var slot = Hash(path) & _mask; _slots[slot] is { Path: { } known } found; slot = (slot + 1) & _mask)
        {
            if (string.Equals(known, path))
            {
                return found.Node;
            }
        }
        return null;
    }

    private static int Hash(string path)
    {
        var bytes = MemoryMarshal.AsBytes(path.AsSpan());
        var hash = (ulong)bytes.Length;
        for (var rest = bytes; rest.Length > sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            hash = Mix(hash, MemoryMarshal.Read<ulong>(rest));
        }
        if (bytes.Length >= sizeof(ulong))
        {
            // What is left, perhaps with some of what is counted already: quicker than byte by byte.
            hash = Mix(hash, MemoryMarshal.Read<ulong>(bytes[^sizeof(ulong)..]));
        }
        else
        {
            foreach (var letter in path)
            {
                hash = Mix(hash, letter);
            }
        }
        // The high bits depend on all the others.
        return (int)(hash >> 33);
    }

    private static ulong Mix(ulong hash, ulong bits) => (BitOperations.RotateLeft(hash, 5) ^ bits) * 0x9E3779B97F4A7C15;
}
