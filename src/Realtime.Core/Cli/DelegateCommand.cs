using System.CommandLine;
using System.ComponentModel;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Binding;

namespace Realtime.Cli;

/// <summary>Makes a command of a delegate: its parameters are the command's arguments and options, or services.</summary>
internal sealed class DelegateCommand(App app, Command command, Delegate handler)
{
    private const int Failed = 1;

    private readonly Dictionary<ParameterInfo, LambdaExpression> _readers = [];

    /// <summary>Adds what the line may say, and the action; once all services are registered, so that they are not taken for arguments.</summary>
    /// <exception cref="InvalidOperationException">Nothing can give a parameter; the message names it.</exception>
    public void Complete()
    {
        var method = handler.Method;
        command.Description ??= method.GetCustomAttribute<DescriptionAttribute>()?.Description;
        foreach (var parameter in method.GetParameters().Skip(method.IsStatic && handler.Target is not null ? 1 : 0))
        {
            if (ContextOf(parameter.ParameterType) is null && !IsService(parameter.ParameterType))
            {
                AddSymbol(parameter);
            }
        }
        command.SetAction((line, _) => RunAsync(line));
    }

    private async Task<int> RunAsync(ParseResult line)
    {
        var configuration = line.InvocationConfiguration;
        CompiledHandler<CommandCall> compiled;
        try
        {
            app.Build();
            compiled = HandlerCompiler.Compile<CommandCall>(handler, Resolve, $"The command '{command.Name}'");
        }
        catch (Exception exception)
        {
            await FailedCommand.SayAsync(configuration.Error, app, "The app cannot be built", exception);
            return AppCommand.Misconfigured;
        }
        using var signals = new StopSignals(CancellationToken.None);
        await using var scope = app.Provider.CreateAsyncScope();
        try
        {
            var result = await compiled.Invoke(new CommandCall(line, scope.ServiceProvider, configuration.Output, signals.Stop));
            return await AnswerAsync(result, configuration.Output);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return StopSignals.Interrupted;
        }
        catch (Exception exception)
        {
            await FailedCommand.SayAsync(configuration.Error, app, $"{command.Name} failed", exception);
            return Failed;
        }
    }

    private async Task<int> AnswerAsync(object? result, TextWriter output)
    {
        switch (result)
        {
            case null:
                return 0;
            case int code:
                return code;
            case string text:
                await output.WriteLineAsync(text);
                return 0;
            default:
                await output.WriteLineAsync(JsonSerializer.Serialize(result, result.GetType(), app.Json));
                return 0;
        }
    }

    private ParameterBinding<CommandCall>? Resolve(ParameterInfo parameter)
    {
        if (_readers.TryGetValue(parameter, out var read))
        {
            return ParameterBinding<CommandCall>.From("command line", read);
        }
        return ContextOf(parameter.ParameterType) is { } context
            ? ParameterBinding<CommandCall>.From("context", context)
            : ServiceBinding.Resolve<CommandCall>(parameter, app, static call => call.Services);
    }

    private static LambdaExpression? ContextOf(Type type)
    {
        Expression<Func<CommandCall, object>>? read = null;
        if (type == typeof(CancellationToken))
        {
            return (Expression<Func<CommandCall, CancellationToken>>)(static call => call.Stop);
        }
        if (type == typeof(TextWriter))
        {
            read = static call => call.Output;
        }
        else if (type == typeof(ParseResult))
        {
            read = static call => call.Line;
        }
        return read;
    }

    // The services are not built yet: what a line means must be known without them.
    private bool IsService(Type type)
    {
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return type == typeof(IServiceProvider) || app.Services.Any(service => service.ServiceType == type || (open is not null && service.ServiceType == open));
    }

    private void AddSymbol(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var element = type.IsArray ? type.GetElementType()! : type;
        if (!TextValue.CanParse(element) && element != typeof(FileInfo) && element != typeof(DirectoryInfo) && element != typeof(Uri))
        {
            throw new InvalidOperationException(
                $"The command '{command.Name}': nothing can give the parameter '{parameter.Name}' of type {TypeName.Of(type)}. If it is a service, add it to app.Services.");
        }
        typeof(DelegateCommand).GetMethod(nameof(Add), BindingFlags.Instance | BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(this, BindingFlags.DoNotWrapExceptions, null, [parameter], null);
    }

    /// <summary>A parameter that may be left out is an option, a flag is one in any case; any other is an argument in its place.</summary>
    private void Add<T>(ParameterInfo parameter)
    {
        var description = parameter.GetCustomAttribute<DescriptionAttribute>()?.Description;
        var name = KebabOf(parameter.Name!);
        var call = Expression.Parameter(typeof(CommandCall));
        if (ParameterDefault.TryGet(parameter, out var absent) || typeof(T) == typeof(bool))
        {
            var option = new Option<T>($"--{name}") { Description = description };
            if (absent is not null && typeof(T) != typeof(bool))
            {
                option.DefaultValueFactory = _ => (T)absent;
            }
            if (LineParser.For<T>(name) is { } parse)
            {
                option.CustomParser = parse;
            }
            option.AllowMultipleArgumentsPerToken = typeof(T).IsArray;
            command.Options.Add(option);
            _readers[parameter] = Expression.Lambda(Expression.Call(call, nameof(CommandCall.Option), [typeof(T)], Expression.Constant(option)), call);
            return;
        }
        var argument = new Argument<T>(name) { Description = description };
        if (LineParser.For<T>(name) is { } parser)
        {
            argument.CustomParser = parser;
        }
        command.Arguments.Add(argument);
        _readers[parameter] = Expression.Lambda(Expression.Call(call, nameof(CommandCall.Argument), [typeof(T)], Expression.Constant(argument)), call);
    }

    private static string KebabOf(string name) => string.Concat(name.Select(static (letter, index) =>
        char.IsUpper(letter) ? (index > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
