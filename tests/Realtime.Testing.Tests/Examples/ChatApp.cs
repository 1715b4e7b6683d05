using Realtime;

/// <summary>The chat of samples/scripts/chat.cs, as somebody makes it ready for tests.</summary>
internal static class ChatApp
{
    public static App Create()
    {
        var app = new App();
        app.Topic("room:{name}", room =>
        {
            room.History(size: 100, ttl: TimeSpan.FromHours(24));
            room.Presence();
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
        app.Post("/announce/{name}", (string name, Say say) => app.Topics.PublishAsync($"room:{name}", "said", new Said("server", say.Text)));
        return app;
    }
}

internal sealed record Join(string User);

internal sealed record Say(string Text);

internal sealed record Said(string User, string Text);
