// Clients say who they are before they are let in, and stay for as long as their token is good.
#:project ../../src/Realtime
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Realtime;

var app = new App();
app.Services.AddSingleton<Tokens>();

// Whoever knows the password gets a token for five minutes. A real app looks it up, and hashes it.
app.Post("/login", (Login login, Tokens tokens) => login.Password == "opensesame"
    ? Response.Json(new { token = tokens.Issue(login.User) })
    : Response.Status(401));

app.Topics.Authenticate((string? token, Tokens tokens) => tokens.Check(token));

app.Topic("inbox:{owner}", inbox =>
{
    inbox.Authorize((Identity identity, string owner) => identity.User == owner);
    inbox.On("whoami", (Member member) => new { user = member.User });
});

return await app.RunAsync(args);

record Login(string User, string Password);

/// <summary>Tokens that need no store: a name and an end, signed with a key that lives as long as the program.</summary>
class Tokens(TimeProvider time)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Issue(string user)
    {
        var text = $"{Convert.ToHexString(Encoding.UTF8.GetBytes(user))}.{time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds()}";
        return $"{text}.{Sign(text)}";
    }

    public Identity? Check(string? token)
    {
        if (token?.Split('.') is not [var user, var end, var signature]
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign($"{user}.{end}")), Encoding.ASCII.GetBytes(signature)))
        {
            return null;
        }
        return new Identity(Encoding.UTF8.GetString(Convert.FromHexString(user)), DateTimeOffset.FromUnixTimeSeconds(long.Parse(end, CultureInfo.InvariantCulture)));
    }

    private string Sign(string text) => Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}
