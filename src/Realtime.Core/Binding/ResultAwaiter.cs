using System.Reflection;

namespace Realtime.Binding;

/// <summary>Brings every shape of result, sync or async, into a <c>ValueTask&lt;object?&gt;</c>.</summary>
internal static class ResultAwaiter
{
    /// <summary>Finds the method that awaits a return type (none for void), and the type of what comes out.</summary>
    public static (MethodInfo? Await, Type ResultType) For(Type returnType)
    {
        if (returnType == typeof(void))
        {
            return (null, typeof(void));
        }
        if (returnType == typeof(Task))
        {
            return (Method(nameof(FromTask)), typeof(void));
        }
        if (returnType == typeof(ValueTask))
        {
            return (Method(nameof(FromValueTask)), typeof(void));
        }
        if (returnType.IsGenericType && returnType.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return Generic(nameof(FromTaskOf), returnType.GenericTypeArguments[0]);
        }
        if (returnType.IsGenericType && returnType.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return Generic(nameof(FromValueTaskOf), returnType.GenericTypeArguments[0]);
        }
        return Generic(nameof(FromValue), returnType);
    }

    private static (MethodInfo Await, Type ResultType) Generic(string name, Type type) => (Method(name).MakeGenericMethod(type), type);

    private static MethodInfo Method(string name) => typeof(ResultAwaiter).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private static ValueTask<object?> FromValue<T>(T value) => new(value);

    private static ValueTask<object?> FromTask(Task? task)
    {
        return task is null || task.IsCompletedSuccessfully ? default : AwaitAsync(task);

        static async ValueTask<object?> AwaitAsync(Task task)
        {
            await task;
            return null;
        }
    }

    private static ValueTask<object?> FromValueTask(ValueTask task)
    {
        return task.IsCompletedSuccessfully ? default : AwaitAsync(task);

        static async ValueTask<object?> AwaitAsync(ValueTask task)
        {
            await task;
            return null;
        }
    }

    private static ValueTask<object?> FromTaskOf<T>(Task<T> task)
    {
        return task.IsCompletedSuccessfully ? new ValueTask<object?>(task.Result) : AwaitAsync(task);

        static async ValueTask<object?> AwaitAsync(Task<T> task) => await task;
    }

    private static ValueTask<object?> FromValueTaskOf<T>(ValueTask<T> task)
    {
        return task.IsCompletedSuccessfully ? new ValueTask<object?>(task.Result) : AwaitAsync(task);

        static async ValueTask<object?> AwaitAsync(ValueTask<T> task) => await task;
    }
}
