namespace Realtime.Sockets.Tests;

/// <summary>The chat of samples/scripts/chat.cs, to be tested.</summary>
internal static class ChatApp
{
    public static App Create()
    {
        var app = new App();
        app.Topic("room:{name}", room =>
        {
            room.History(size: 100, ttl: TimeSpan.FromHours(24));
            room.Presence();
            room.Publishes<Said>("said");
            room.OnJoin((Member member, string name, Join join) =>
            {
                if (string.IsNullOrWhiteSpace(join.User))
                {
                    throw new TopicError("name_required", "Say who you are.");
                }
                member.User = join.User;
                return new { welcome = $"Welcome to {name}, {join.User}." };
            });
            room.On("say", (Member member, Say say) => member.Topic.PublishAsync("said", new Said(member.User!, say.Text)));
        });
        return app;
    }

    public sealed record Join(string User);

    public sealed record Say(string Text);

    public sealed record Said(string User, string Text);
}
