namespace Realtime.Binding;

/// <summary>What must hold for one member of an object.</summary>
internal abstract class MemberRule<TOwner>
{
    public abstract void Check(TOwner owner, ref Faults faults);
}

/// <summary>What must hold for one member of an object: its own checks, then what is inside of it.</summary>
internal sealed class MemberRule<TOwner, TValue>(Func<TOwner, TValue> get, string name, Check<TValue>[] checks, ValueRule<TValue>? inside) : MemberRule<TOwner>
{
    public override void Check(TOwner owner, ref Faults faults)
    {
        var value = get(owner);
        foreach (var check in checks)
        {
            if (check.FaultOf(value, owner, ref faults) is { } fault)
            {
                faults.Add("." + name, fault);
                // What is missing is not also too short.
                return;
            }
        }
        if (inside is null)
        {
            return;
        }
        var before = faults.Count;
        inside.Check(value, ref faults);
        if (faults.Count > before)
        {
            faults.Locate(before, "." + name);
        }
    }
}

/// <summary>What must hold for a value that a handler's parameter is given.</summary>
internal sealed class ParameterRule<T>(Check<T>[] checks, ValueRule<T>? inside, string name, string source)
{
    public T Checked(T value, Request request)
    {
        var faults = new Faults(request);
        foreach (var check in checks)
        {
            if (check.FaultOf(value, null, ref faults) is { } fault)
            {
                faults.Add("", fault);
                break;
            }
        }
        if (faults.Count == 0)
        {
            inside?.Check(value, ref faults);
        }
        faults.ThrowIfAny(name, source);
        return value;
    }
}
