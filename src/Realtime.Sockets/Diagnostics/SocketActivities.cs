using System.Diagnostics;

namespace Realtime.Sockets;

/// <summary>Traces of events handled and published, under the names of OpenTelemetry's semantic conventions for messaging.</summary>
internal static class SocketActivities
{
    private static readonly ActivitySource Source = new("Realtime.Sockets");

    public static bool AreHeard => Source.HasListeners();

    /// <summary>Begins the trace of an event that a client sent; null where nobody listens.</summary>
    public static Activity? Handle(Topic topic, string name) => Start("process", ActivityKind.Server, topic, name);

    /// <summary>Begins the trace of an event that the app publishes; null where nobody listens.</summary>
    public static Activity? Publish(Topic topic, string name) => Start("publish", ActivityKind.Producer, topic, name);

    /// <summary>Says that it failed.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        activity?.SetTag("error.type", ErrorType(exception));
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    /// <summary>What a failure is called: an app's own code, or the exception's type.</summary>
    public static string ErrorType(Exception exception) => exception is TopicError error ? error.Code : exception.GetType().FullName!;

    private static Activity? Start(string operation, ActivityKind kind, Topic topic, string name)
    {
        var activity = Source.StartActivity($"{operation} {topic.Definition.Pattern.Text}", kind);
        activity?.SetTag("messaging.system", "realtime");
        activity?.SetTag("messaging.operation.name", operation);
        activity?.SetTag("messaging.operation.type", operation == "publish" ? "send" : "process");
        activity?.SetTag("messaging.destination.name", topic.Name);
        activity?.SetTag("messaging.destination.template", topic.Definition.Pattern.Text);
        activity?.SetTag("realtime.event", name);
        return activity;
    }
}
