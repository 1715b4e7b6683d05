using Realtime.LoadClient.Checking;

namespace Realtime.LoadClient.Tests.Checking;

public sealed class TextsTests
{
    [Fact]
    public void A_text_is_read_as_it_was_written()
    {
        var texts = new Texts(run: 513, seed: 3, size: 128);
        var text = new byte[128];
        texts.Write(text, 12_345, 99_999_999);
        Assert.Equal(0, Texts.Find(text));
        Assert.Equal(StampVerdict.Sound, texts.Read(text, out var sender, out var number));
        Assert.Equal((12_345, 99_999_999), (sender, number));
    }

    [Fact]
    public void No_single_bit_can_change_unseen()
    {
        var texts = new Texts(run: 513, seed: 3, size: 128);
        var text = new byte[128];
        texts.Write(text, 42, 1_234_567);
        for (var bit = 0; bit < text.Length * 8; bit++)
        {
            text[bit / 8] ^= (byte)(1 << (bit % 8));
            var found = Texts.Find(text) == 0;
            Assert.False(found && texts.Read(text, out _, out _) == StampVerdict.Sound, $"Bit {bit} changed and nobody saw it.");
            text[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Texts_of_another_run_are_foreign()
    {
        var text = new byte[64];
        new Texts(run: 1, seed: 1, size: 64).Write(text, 1, 1);
        Assert.Equal(StampVerdict.Foreign, new Texts(run: 2, seed: 1, size: 64).Read(text, out _, out _));
    }

    [Fact]
    public void The_same_seed_makes_up_the_same_people_and_talk()
    {
        var (one, same, other) = (new Talk(5, 80), new Talk(5, 80), new Talk(6, 80));
        Assert.Equal(one.Line(9), same.Line(9));
        Assert.Equal(one.Person(300), same.Person(300));
        Assert.False(one.Line(9).SequenceEqual(other.Line(9)));
    }
}
