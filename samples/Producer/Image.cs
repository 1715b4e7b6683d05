namespace Realtime.Producer;

/// <summary>An image in memory, row by row.</summary>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Channels">Bytes of a pixel: 1 gray, 2 gray and alpha, 3 colour, 4 colour and alpha.</param>
/// <param name="Pixels">The bytes.</param>
internal sealed record Image(int Width, int Height, int Channels, byte[] Pixels)
{
    /// <summary>The image no wider than some pixels: each new one is the mean of those it covers.</summary>
    public Image Shrink(int width)
    {
        if (width >= Width)
        {
            return this;
        }
        var height = Math.Max(1, (int)((long)Height * width / Width));
        var pixels = new byte[width * height * Channels];
        for (var y = 0; y < height; y++)
        {
            var (top, bottom) = (y * Height / height, Math.Max((y * Height / height) + 1, (y + 1) * Height / height));
            for (var x = 0; x < width; x++)
            {
                var (left, right) = ((int)((long)x * Width / width), Math.Max((int)((long)x * Width / width) + 1, (int)((long)(x + 1) * Width / width)));
                for (var channel = 0; channel < Channels; channel++)
                {
                    pixels[(((y * width) + x) * Channels) + channel] = Mean(left, right, top, bottom, channel);
                }
            }
        }
        return new Image(width, height, Channels, pixels);
    }

    private byte Mean(int left, int right, int top, int bottom, int channel)
    {
        var sum = 0L;
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                sum += Pixels[(((y * Width) + x) * Channels) + channel];
            }
        }
        return (byte)(sum / ((right - left) * (bottom - top)));
    }
}
