using Realtime.LoadClient.Reporting;

namespace Realtime.LoadClient.Scenarios;

/// <summary>Which load runs a plan.</summary>
internal static class Scenario
{
    /// <summary>Makes the load of a plan whose numbers have been checked.</summary>
    public static Load Of(LoadPlan plan, Board board) => plan.Scenario switch
    {
        ScenarioKind.Http => new HttpLoad(plan, board),
        ScenarioKind.Churn => new ChurnLoad(plan with { Publishers = plan.Connections }, board),
        ScenarioKind.Echo when plan.Rate == 0 => new EchoLoad(plan with { Topics = plan.Connections, Publishers = plan.Connections }, board),
        ScenarioKind.Echo => new TopicLoad(plan with { Topics = plan.Connections, Publishers = plan.Connections }, board),
        ScenarioKind.Idle => new TopicLoad(plan with { Publishers = 0 }, board),
        _ => new TopicLoad(plan, board),
    };
}
