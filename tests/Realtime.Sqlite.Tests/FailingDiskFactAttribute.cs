namespace Realtime.Sqlite;

/// <summary>A fact that needs a block device whose file system it can break: root, a loop device and ext4.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FailingDiskFactAttribute : FactAttribute
{
    private const string Script = """
        set -e; d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; truncate -s 8M "$d/image"; mkfs.ext4 -q "$d/image"; mkdir "$d/disk"; mount -o loop "$d/image" "$d/disk"
        test -e /sys/fs/ext4/$(basename $(losetup -nO NAME -j "$d/image"))/trigger_fs_error || echo "this kernel's ext4 has no trigger_fs_error" >&2; umount "$d/disk"
        """;

    private static readonly Lazy<string?> Obstacle = new(static () => SmallDiskFactAttribute.Try("unshare", "-m", "sh", "-c", Script));

    public FailingDiskFactAttribute() => Skip = Obstacle.Value is { } obstacle ? $"No disk can be made to fail here: {obstacle}" : null;
}
