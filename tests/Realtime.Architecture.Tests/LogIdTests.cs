using Mono.Cecil;

namespace Realtime.Architecture;

public sealed class LogIdTests
{
    private static readonly Dictionary<string, (int First, int Last)> Ranges = new(StringComparer.Ordinal)
    {
        ["Realtime.Core"] = (1000, 1999),
        ["Realtime.Sockets"] = (2000, 2999),
        ["Realtime.Jobs"] = (3000, 3499),
        ["Realtime.Sqlite"] = (3500, 3599),
        ["Realtime.Postgres"] = (3600, 3699),
        ["Realtime"] = (4000, 4999),
        ["Realtime.Testing"] = (5000, 5999),
        ["Realtime.Client"] = (6000, 6999),
    };

    [Fact]
    public void Log_ids_are_unique_and_within_their_packages_range()
    {
        var messages = House.Layers.Keys.SelectMany(MessagesOf).ToList();

        Assert.NotEmpty(messages);
        Assert.Empty(messages.GroupBy(static message => message.Id).Where(static same => same.Count() > 1)
            .Select(static same => string.Join(" and ", same.Select(static message => $"{message.Method} ({message.Id})"))));
        Assert.Empty(messages.Where(static message => message.Id < Ranges[message.Package].First || message.Id > Ranges[message.Package].Last));
    }

    private static List<(string Package, string Method, int Id)> MessagesOf(string package)
    {
        using var module = House.Read(package);
        return
        [
            .. from type in House.AllTypes(module)
               from method in type.Methods
               from attribute in method.CustomAttributes
               where attribute.AttributeType.Name == "LoggerMessageAttribute"
               select (package, $"{type.Name}.{method.Name}", IdOf(attribute)),
        ];
    }

    private static int IdOf(CustomAttribute attribute)
    {
        var named = attribute.Properties.FirstOrDefault(static property => property.Name == "EventId");
        return (int)(named.Name is null ? attribute.ConstructorArguments[0].Value : named.Argument.Value);
    }
}
