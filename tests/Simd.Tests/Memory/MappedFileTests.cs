using System.Globalization;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed unsafe class MappedFileTests
{
    private const int Rows = 200, Columns = 70;

    private string _path = null!;

    [SetUp]
    public void ChooseFile() => _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [TearDown]
    public void RemoveFile() => File.Delete(_path);

    [TestCase(0), TestCase(MappedFile.Alignment), TestCase(3 * MappedFile.Alignment)]
    public void A_matrix_has_the_bits_of_the_file(int offset)
    {
        float[] values = Write(offset);
        using var file = new MappedFile(_path);
        Assert.That(file.Length, Is.EqualTo(offset + MappedFile.BytesOf(Rows, Columns)));
        using PanelMatrix matrix = file.Matrix(offset, Rows, Columns);
        Assert.That((matrix.Rows, matrix.Columns, matrix.IsReadOnly), Is.EqualTo((Rows, Columns, true)));
        Assert.That((ulong)matrix.View.Data % 4096, Is.Zero);
        Numbers.SameBits(Samples.ToArray(matrix), values, "mapped");
        Assert.That(NativeBytes.Live, Is.Zero, "pages of a file are not the library's");
        using var copy = new PanelMatrix(1, 1);
        copy.CopyFrom(matrix);
        Numbers.SameBits(Samples.ToArray(copy), values, "a copy");
        Assert.That(copy.IsReadOnly, Is.False);
        copy[0, 0] = 1;
    }

    [Test]
    public void A_matrix_outlives_its_file_object_and_the_name()
    {
        float[] values = Write(0);
        PanelMatrix matrix;
        using (var file = new MappedFile(_path))
            matrix = file.Matrix(0, Rows, Columns);
        if (!OperatingSystem.IsWindows())
            File.Delete(_path);
        Numbers.SameBits(Samples.ToArray(matrix), values, "mapped");
        matrix.Dispose();
        matrix.Dispose();
        Assert.That(() => matrix[0, 0], Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Whatever_writes_refuses()
    {
        byte[] before = Bytes();
        using (var file = new MappedFile(_path))
        using (PanelMatrix matrix = file.Matrix(0, Rows, Columns))
        using (var other = new PanelMatrix(Rows, Columns))
        {
            Refused(matrix.Clear);
            Refused(() => matrix.SetRows(0, 1, new float[Columns]));
            Refused(() => matrix.SetRowMajor(0, new float[1]));
            Refused(() => matrix.CopyFrom(other));
            Refused(() => matrix.Reshape(Rows, Columns));
        }
        Assert.That(File.ReadAllBytes(_path).AsSpan().SequenceEqual(before));

        static void Refused(Action write) =>
            Assert.That(() => write(), Throws.InvalidOperationException.With.Message.Contains("mapped file"));
    }

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void A_scatter_into_it_is_refused(KernelSet kernels)
    {
        Write(0);
        using var file = new MappedFile(_path);
        using PanelMatrix matrix = file.Matrix(0, Rows, Columns);
        using ActiveBatch outputs = new(), inputs = new();
        using var transposed = new TransposedBatch();
        using var scratch = new Arena();
        outputs.FillNonZero(new float[Rows], 1, Rows);
        inputs.FillNonZero(new float[Columns], 1, Columns);
        transposed.Build(inputs);
        Action scatter = () =>
            kernels.Scatter(matrix, outputs, outputs.Values, transposed, transposed.Lists.Values, 1f, 0, outputs.Blocks, scratch);
        Assert.That(() => scatter(), Throws.ArgumentException.With.Message.Contains("may be written"));
    }

    [Test]
    public void The_pages_are_shared_and_cannot_be_written()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("only Linux lists what a process has mapped");
        Write(MappedFile.Alignment);
        using var file = new MappedFile(_path);
        using PanelMatrix matrix = file.Matrix(MappedFile.Alignment, Rows, Columns);
        ulong address = (ulong)matrix.View.Data;
        string line = File.ReadLines("/proc/self/maps").Single(map =>
        {
            ulong[] ends =
                [.. map.Split(' ')[0].Split('-').Select(end => ulong.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            return ends[0] <= address && address < ends[1];
        });
        Assert.That(line.Split(' ')[1], Is.EqualTo("r--s"));
        Assert.That(line, Does.EndWith(_path));
    }

    [Test]
    public void What_the_file_does_not_have_is_refused()
    {
        Write(0);
        using var file = new MappedFile(_path);
        Assert.That(() => file.Matrix(-MappedFile.Alignment, Rows, Columns), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => file.Matrix(4096, 1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => file.Matrix(MappedFile.Alignment, Rows, Columns), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => file.Matrix(0, 1 << 24, 1 << 24), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => file.Matrix(0, 0, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new MappedFile(Path.GetTempPath()).Dispose(),
            Throws.InstanceOf<UnauthorizedAccessException>().Or.InstanceOf<IOException>());
    }

    [Test]
    public void An_empty_file_is_refused()
    {
        File.WriteAllBytes(_path, []);
        Assert.That(() => new MappedFile(_path).Dispose(), Throws.InstanceOf<IOException>().With.Message.Contains("is empty"));
    }

    [Test]
    public void Bytes_are_copied_as_far_as_there_are_any()
    {
        byte[] bytes = Bytes();
        using var file = new MappedFile(_path);
        var read = new byte[100];
        Assert.That(file.Read(64, read), Is.EqualTo(100));
        Assert.That(read, Is.EqualTo(bytes[64..164]));
        Assert.That(file.Read(bytes.Length - 10, read), Is.EqualTo(10));
    }

    [Test]
    public void The_last_panel_may_be_read_beyond_its_end()
    {
        // 128 x 511 makes a whole number of 65,536 bytes: what lies behind is another section.
        Assert.That(PanelMatrix.BytesOf(128, 511) % MappedFile.Alignment, Is.Zero);
        Assert.That(MappedFile.BytesOf(128, 511), Is.EqualTo(PanelMatrix.BytesOf(128, 511) + MappedFile.Alignment));
    }

    private byte[] Bytes()
    {
        Write(0);
        return File.ReadAllBytes(_path);
    }

    private float[] Write(int offset)
    {
        float[] values = Samples.Dense(new Random(3), Rows * Columns);
        using PanelMatrix matrix = Samples.Panels(values, Rows, Columns);
        var bytes = new byte[offset + MappedFile.BytesOf(Rows, Columns)];
        MemoryMarshal.AsBytes(new ReadOnlySpan<float>(matrix.View.Data, (int)(matrix.Panels * matrix.PanelStride)))
            .CopyTo(bytes.AsSpan(offset));
        File.WriteAllBytes(_path, bytes);
        return values;
    }
}
