using System.ComponentModel.DataAnnotations;

namespace Realtime.Binding;

/// <summary>What must hold inside the values of one type: their members, their items.</summary>
internal abstract class ValueRule
{
    /// <summary>Checks a value whose type is known by the value only.</summary>
    public abstract void CheckObject(object value, ref Faults faults);
}

/// <summary>What must hold inside the values of one type: their members, their items.</summary>
internal abstract class ValueRule<T> : ValueRule
{
    public abstract void Check(T value, ref Faults faults);

    public sealed override void CheckObject(object value, ref Faults faults) => Check((T)value, ref faults);
}

/// <summary>An object: its members, then the rules of the whole, where the members keep theirs.</summary>
internal sealed class ObjectRule<T>(MemberRule<T>[] members, Check<T>[] wholes, IReadOnlyDictionary<string, string> names) : ValueRule<T>
{
    public override void Check(T value, ref Faults faults)
    {
        if (value is null || faults.IsFull || !faults.TryEnter())
        {
            return;
        }
        var before = faults.Count;
        foreach (var member in members)
        {
            member.Check(value, ref faults);
        }
        if (faults.Count == before)
        {
            foreach (var whole in wholes)
            {
                if (whole.FaultOf(value, value, ref faults) is { } fault)
                {
                    faults.Add("", fault);
                }
            }
            if (faults.Count == before && value is IValidatableObject validatable)
            {
                Ask(validatable, ref faults);
            }
        }
        faults.Leave();
    }

    private void Ask(IValidatableObject value, ref Faults faults)
    {
        foreach (var result in value.Validate(faults.ContextOf(value, typeof(T).Name)))
        {
            if (result == ValidationResult.Success)
            {
                continue;
            }
            var message = result.ErrorMessage ?? "is not valid";
            var before = faults.Count;
            foreach (var member in result.MemberNames)
            {
                faults.Add("." + names.GetValueOrDefault(member, member), message);
            }
            if (faults.Count == before)
            {
                faults.Add("", message);
            }
        }
    }
}

/// <summary>A list: what holds for each of its items.</summary>
internal sealed class ListRule<TList, TItem>(ValueRule<TItem> item) : ValueRule<TList>
    where TList : IEnumerable<TItem>
{
    public override void Check(TList value, ref Faults faults)
    {
        if (value is null)
        {
            return;
        }
        if (value is TItem[] array)
        {
            for (var index = 0; index < array.Length && !faults.IsFull; index++)
            {
                CheckItem(array[index], index, ref faults);
            }
            return;
        }
        if (value is List<TItem> list)
        {
            for (var index = 0; index < list.Count && !faults.IsFull; index++)
            {
                CheckItem(list[index], index, ref faults);
            }
            return;
        }
        var place = 0;
        foreach (var one in value)
        {
            if (faults.IsFull)
            {
                return;
            }
            CheckItem(one, place++, ref faults);
        }
    }

    private void CheckItem(TItem one, int index, ref Faults faults)
    {
        var before = faults.Count;
        item.Check(one, ref faults);
        if (faults.Count > before)
        {
            faults.Locate(before, $"[{index}]");
        }
    }
}

/// <summary>A dictionary: what holds for each of its values.</summary>
internal sealed class MapRule<TMap, TValue>(ValueRule<TValue> item) : ValueRule<TMap>
    where TMap : IEnumerable<KeyValuePair<string, TValue>>
{
    public override void Check(TMap value, ref Faults faults)
    {
        if (value is null)
        {
            return;
        }
        foreach (var (key, one) in value)
        {
            if (faults.IsFull)
            {
                return;
            }
            var before = faults.Count;
            item.Check(one, ref faults);
            if (faults.Count > before)
            {
                faults.Locate(before, "." + key);
            }
        }
    }
}

/// <summary>A type that has others derived from it: the rules of the one that is there.</summary>
internal sealed class DerivedRule<T>(ValueRule<T>? own, IReadOnlyDictionary<Type, ValueRule> derived) : ValueRule<T>
{
    public override void Check(T value, ref Faults faults)
    {
        if (value is not null && value.GetType() != typeof(T) && derived.TryGetValue(value.GetType(), out var rule))
        {
            rule.CheckObject(value, ref faults);
        }
        else
        {
            own?.Check(value, ref faults);
        }
    }
}

/// <summary>A type that holds itself: its rule is looked up when the first value is checked.</summary>
internal sealed class LaterRule<T>(RuleBook book) : ValueRule<T>
{
    private ValueRule<T>? _rule;

    public override void Check(T value, ref Faults faults) => (_rule ??= (ValueRule<T>?)book.Find(typeof(T)))?.Check(value, ref faults);
}

/// <summary>A nullable value type: the rule of the value, where there is one.</summary>
internal sealed class NullableRule<T>(ValueRule<T> inner) : ValueRule<T?>
    where T : struct
{
    public override void Check(T? value, ref Faults faults)
    {
        if (value is { } there)
        {
            inner.Check(there, ref faults);
        }
    }
}
