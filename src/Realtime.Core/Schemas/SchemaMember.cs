using System.Text.Json.Nodes;

namespace Realtime.Schemas;

/// <summary>One member of an object type.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="IsRequired">Whether it must be there.</param>
public sealed record SchemaMember(string Name, JsonObject Schema, bool IsRequired);
