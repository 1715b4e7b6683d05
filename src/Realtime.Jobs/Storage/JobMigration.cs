namespace Realtime.Jobs;

/// <summary>What became of a store's tables.</summary>
/// <param name="Place">Where they are: a file, or a schema.</param>
/// <param name="From">The version they had; 0 if there were none.</param>
/// <param name="To">The version they have now, which is the one that this program needs.</param>
public sealed record JobMigration(string Place, int From, int To);
