using System.Buffers.Binary;
using Subquad.Perf.EndToEnd.Trainings;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>
/// The images of the command's sample: the first 4,000 training and 2,000 test images. Split 0 is the command without DATA; the others mix
/// these images.
/// </summary>
sealed class FashionSet() : TableSet("fashion-sample", TableMetric.Accuracy)
{
    const int TrainImages = 4_000, TestImages = 2_000;
    const string Images = "images-idx3-ubyte", Labels = "labels-idx1-ubyte";

    public override TableFiles Write(DirectoryInfo data, DirectoryInfo folder, int split)
    {
        var source = new DirectoryInfo(Path.Combine(data.FullName, "fashion-mnist"));
        (byte[] trainImages, byte[] trainLabels) = ImageSet.ReadBytes(source, "train", TrainImages);
        (byte[] testImages, byte[] testLabels) = ImageSet.ReadBytes(source, "t10k", TestImages);
        byte[] images = [.. trainImages, .. testImages], labels = [.. trainLabels, .. testLabels];
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        if (split > 0)
            new Random(split).Shuffle(order);
        int pixels = images.Length / labels.Length, side = (int)Math.Sqrt(pixels);
        Save("train", order[..TrainImages]);
        Save("t10k", order[TrainImages..]);
        return new(split == 0 ? null : folder.FullName, folder.FullName, folder.FullName);

        void Save(string prefix, int[] rows)
        {
            Write(prefix + "-" + Images, 0x803, [rows.Length, side, side], rows.SelectMany(row =>
                new ArraySegment<byte>(images, row * pixels, pixels)));
            Write(prefix + "-" + Labels, 0x801, [rows.Length], rows.Select(row => labels[row]));
        }

        void Write(string name, int magic, int[] sizes, IEnumerable<byte> items)
        {
            var heading = new byte[4 * (sizes.Length + 1)];
            BinaryPrimitives.WriteInt32BigEndian(heading, magic);
            for (int i = 0; i < sizes.Length; i++)
                BinaryPrimitives.WriteInt32BigEndian(heading.AsSpan(4 * (i + 1)), sizes[i]);
            File.WriteAllBytes(Path.Combine(folder.FullName, name), [.. heading, .. items]);
        }
    }
}
