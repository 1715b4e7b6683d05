using System.Security.Claims;
using System.Text.Json;

namespace Realtime.Http;

/// <summary>A user as a session remembers them: claims as pairs of type and value, the usual types shortened.</summary>
internal static class SignedUser
{
    private static readonly (string Short, string Type)[] Usual =
    [
        ("n", ClaimTypes.Name),
        ("i", ClaimTypes.NameIdentifier),
        ("r", ClaimTypes.Role),
        ("e", ClaimTypes.Email),
    ];

    /// <summary>Somebody who is not signed in. New each time, since whoever gets it may add to it.</summary>
    public static ClaimsPrincipal Nobody => new(new ClaimsIdentity());

    /// <summary>A user of whom no more is known than this.</summary>
    public static ClaimsPrincipal Named(string name, ReadOnlySpan<string> roles)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var identity = new ClaimsIdentity("Session");
        identity.AddClaim(new Claim(ClaimTypes.Name, name));
        foreach (var role in roles)
        {
            identity.AddClaim(new Claim(ClaimTypes.Role, role));
        }
        return new ClaimsPrincipal(identity);
    }

    /// <summary>What a user is found by again; null for who has neither an id nor a name.</summary>
    public static string? IdOf(ClaimsPrincipal user) => user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.Identity?.Name;

    public static JsonElement Write(ClaimsPrincipal user)
    {
        var pairs = new List<string>();
        foreach (var identity in user.Identities)
        {
            foreach (var claim in identity.Claims)
            {
                // Other names for the name and the roles, as tokens have them, are the usual ones from here on.
                var type = claim.Type == identity.NameClaimType ? ClaimTypes.Name : claim.Type == identity.RoleClaimType ? ClaimTypes.Role : claim.Type;
                pairs.Add(Array.Find(Usual, usual => usual.Type == type).Short ?? type);
                pairs.Add(claim.Value);
            }
        }
        return JsonSerializer.SerializeToElement(pairs);
    }

    /// <summary>The user whom <see cref="Write"/> wrote; null for nobody.</summary>
    public static ClaimsPrincipal? Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var identity = new ClaimsIdentity("Session");
        for (var index = 0; index + 1 < element.GetArrayLength(); index += 2)
        {
            var type = element[index].GetString() ?? "";
            identity.AddClaim(new Claim(Array.Find(Usual, usual => usual.Short == type).Type ?? type, element[index + 1].GetString() ?? ""));
        }
        return new ClaimsPrincipal(identity);
    }
}
