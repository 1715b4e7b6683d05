using Mono.Cecil;

namespace Realtime.Architecture;

public sealed class DependencyTests
{
    public static TheoryData<string> Packages => House.Packages;

    [Fact]
    public void Every_package_has_its_place_in_the_layers()
    {
        var packages = Directory.GetDirectories(Path.Combine(House.Root, "src")).Select(Path.GetFileName).Order();

        Assert.Equal(House.Layers.Keys.Order(), packages);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Dependencies_go_down_only(string package)
    {
        using var module = House.Read(package);

        var references = module.AssemblyReferences.Select(static reference => reference.Name).Where(House.Layers.ContainsKey);

        Assert.Empty(references.Except(House.Layers[package]));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Internals_are_shown_to_the_packages_own_tests_only(string package)
    {
        using var module = House.Read(package);

        var friends = module.Assembly.CustomAttributes
            .Where(static attribute => attribute.AttributeType.Name == "InternalsVisibleToAttribute")
            .Select(static attribute => (string)attribute.ConstructorArguments[0].Value);

        // One codec of three packages, so that the client needs nothing of the server: no seam that an adapter stands behind.
        string[] halves = package == "Realtime.MessagePack" ? ["Realtime.Client", "Realtime.Core", "Realtime.Sockets", "Realtime.Sockets.Tests"] : [];
        Assert.Equal([.. halves, package + ".Tests"], friends.Order(StringComparer.Ordinal).OrderBy(friend => friend == package + ".Tests"));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Database_and_broker_drivers_live_in_adapters(string package)
    {
        string[] drivers = ["Microsoft.Data.Sqlite", "SQLitePCLRaw", "Npgsql", "RabbitMQ.Client"];
        using var module = House.Read(package);

        var used = module.AssemblyReferences.Select(static reference => reference.Name)
            .Where(name => drivers.Any(driver => name.StartsWith(driver, StringComparison.Ordinal)));

        if (package is "Realtime.Sqlite" or "Realtime.Postgres")
        {
            Assert.NotEmpty(used);
        }
        else
        {
            Assert.Empty(used);
        }
    }

    [Fact]
    public void The_contract_imports_nothing()
    {
        using var core = House.Read("Realtime.Core");

        var foreign =
            from type in House.AllTypes(core)
            where House.NamespaceOf(type) == "Realtime.Protocol"
            from used in House.Uses(type)
            let name = House.NamespaceOf(used)
            where (name.StartsWith("Realtime", StringComparison.Ordinal) && name != "Realtime.Protocol")
                || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            select $"{type.FullName} uses {used.FullName}";

        Assert.Empty(foreign.Distinct());
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void AspNetCore_types_are_named_only_in_the_hosting_folders(string package)
    {
        using var module = House.Read(package);

        var leaks =
            from type in House.AllTypes(module)
            let home = House.NamespaceOf(type)
            where home is not ("Realtime.Hosting" or "Realtime.Hosting.Epoll" or "Realtime.AspNetCore") && !IsDoor(type)
            from used in House.Uses(type)
            where House.NamespaceOf(used).StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) && !IsAllowed(home, used)
            where package != "Realtime.Razor" || !House.NamespaceOf(used).StartsWith("Microsoft.AspNetCore.Components", StringComparison.Ordinal)
            select $"{type.FullName} uses {used.FullName}";

        Assert.Empty(leaks.Distinct());
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Components_and_documents_have_packages_of_their_own(string package)
    {
        using var module = House.Read(package);

        var references = module.AssemblyReferences.Select(static reference => reference.Name).ToArray();

        Assert.Equal(package == "Realtime.Razor", references.Any(static name => name.StartsWith("Microsoft.AspNetCore.Components", StringComparison.Ordinal)));
        Assert.Equal(package == "Realtime.OpenApi", references.Contains("Microsoft.OpenApi"));
    }

    /// <summary>What an author types to go from one framework into the other, in Core/AspNetCore.</summary>
    private static bool IsDoor(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }
        return type.FullName is "Realtime.AppAspNetCore" or "Realtime.AspNetCoreRealtime";
    }

    /// <summary>Forms, MIME types and cookies come from the platform's small libraries, inside Core/Http and Core/Middleware.</summary>
    private static bool IsAllowed(string home, TypeReference used) =>
        home is "Realtime.Http" or "Realtime.Middleware" or "Realtime"
        && House.NamespaceOf(used) is "Microsoft.AspNetCore.WebUtilities" or "Microsoft.AspNetCore.StaticFiles" or "Microsoft.AspNetCore.DataProtection";
}
