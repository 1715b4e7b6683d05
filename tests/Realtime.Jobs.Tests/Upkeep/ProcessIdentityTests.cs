namespace Realtime.Jobs;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void This_process_is_not_dead() => Assert.False(ProcessIdentity.IsCertainlyDead(ProcessIdentity.NewNode()));

    [Fact]
    public void Another_process_with_the_same_number_means_that_the_first_is_dead()
    {
        var node = ProcessIdentity.NewNode();

        Assert.True(ProcessIdentity.IsCertainlyDead(node with { ProcessStart = node.ProcessStart - 1 }));
    }

    [Fact]
    public void A_process_of_another_host_or_an_unknown_one_is_never_said_to_be_dead()
    {
        var node = ProcessIdentity.NewNode() with { ProcessStart = 1 };

        Assert.False(ProcessIdentity.IsCertainlyDead(node with { Host = "elsewhere" }));
        Assert.False(ProcessIdentity.IsCertainlyDead(node with { Host = "" }, host: ""));
        Assert.False(ProcessIdentity.IsCertainlyDead(node with { ProcessStart = 0 }));
    }

    [Fact]
    public void A_number_that_no_process_has_is_dead()
    {
        var node = ProcessIdentity.NewNode();

        Assert.True(ProcessIdentity.IsCertainlyDead(node with { ProcessId = int.MaxValue }));
    }
}
