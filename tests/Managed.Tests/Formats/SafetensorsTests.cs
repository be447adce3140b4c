using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Subquad.Formats;
using Subquad.Models;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class SafetensorsTests
{
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "1", ["name"] = "größer \"quoted\"\n" };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void What_is_written_is_read()
    {
        string path = _folder.File("model");
        SafetensorsWriter.Write(
            path, Metadata, [Counting("W.1", 300, 1000), Counting("theta.1", 300), Counting("empty", 0, 5), Counting("scalar")]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.That(file.Metadata, Is.EquivalentTo(Metadata));
        Assert.That(file.Tensors.Select(tensor => tensor.Name), Is.EquivalentTo(new[] { "W.1", "theta.1", "empty", "scalar" }));
        Assert.That(file.Find("W.1").Shape, Is.EqualTo(new long[] { 300, 1000 }));
        Assert.That(file.Find("W.1").Offset % SafetensorsWriter.Alignment, Is.Zero);
        Assert.That(file.Find("scalar").Elements, Is.EqualTo(1));

        var all = new float[300_000];
        file.Read("W.1", 0, all);
        Assert.That(all, Is.EqualTo(Enumerable.Range(0, all.Length).Select(i => (float)i)));
        var part = new float[3];
        file.Read("W.1", 299_997, part);
        Assert.That(part, Is.EqualTo(new float[] { 299_997, 299_998, 299_999 }));
        file.Read("empty", 0, []);
        Assert.That(() => file.Read("W.1", 299_998, part), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => file.Read("W.1", -1, part), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Refused(() => file.Find("W.2"), "expected a tensor 'W.2', found none");
        Refused(() => file.Text("seed"), "expected the metadata 'seed', found none");
    }

    [Test]
    public void Integers_are_written_and_read()
    {
        string path = _folder.File("model");
        int[] ids = [3, -1, int.MaxValue];
        long[] starts = [0, long.MinValue, 1L << 40];
        SafetensorsWriter.Write(path, Metadata,
            [TensorSource.Of("ids", ids), TensorSource.Of("starts", starts), TensorSource.Of("values", new float[] { 0.5f })]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.That(file.Tensors.Select(tensor => tensor.Type), Is.EqualTo(new[] { "I32", "I64", "F32" }));
        int[] foundIds = new int[3];
        long[] foundStarts = new long[2];
        file.ReadInts("ids", 0, foundIds);
        file.ReadLongs("starts", 1, foundStarts);
        Assert.That(foundIds, Is.EqualTo(ids));
        Assert.That(foundStarts, Is.EqualTo(starts[1..]));
        Refused(() => file.ReadInts("starts", 0, foundIds), "tensor 'starts': expected the type I32, found I64");
        Refused(() => file.Read("ids", 0, new float[1]), "tensor 'ids': expected the type F32, found I32");
        Assert.That(() => file.ReadLongs("starts", 2, foundStarts), Throws.InstanceOf<ArgumentOutOfRangeException>());
        RefusedHeader(
            """{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,4]}}""", 4, "expected 8 bytes for each of 1 elements, found 4 bytes");
    }

    [Test]
    public void The_hash_is_that_of_the_data()
    {
        string path = _folder.File("model"), bare = _folder.File("bare");
        TensorSource[] tensors = [Counting("W.1", 300, 1000), TensorSource.Of("ids", [5, 6, 7])];
        string hash = SafetensorsWriter.WriteHashed(path, Metadata, tensors);
        SafetensorsWriter.Write(bare, Metadata, tensors);
        byte[] bytes = File.ReadAllBytes(path);
        Assert.That(hash, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan((int)DataStart(bytes))))));
        Assert.That(SafetensorsWriter.HashOf(tensors), Is.EqualTo(hash));
        using (SafetensorsFile file = SafetensorsFile.Open(path), other = SafetensorsFile.Open(bare))
        {
            Assert.That(file.Text(DataHash.Field), Is.EqualTo(hash));
            Assert.That(file.Metadata.Where(text => text.Key is not (DataHash.Field or HeaderHash.Field)), Is.EquivalentTo(Metadata));
            Assert.That(file.HashData(), Is.EqualTo(hash));
            Assert.That(other.HashData(), Is.EqualTo(hash), "a file that names none");
        }
        bytes[^1] ^= 1;
        using SafetensorsFile damaged = SafetensorsFile.Open(_folder.Write("damaged", bytes));
        Refused(() => damaged.HashData(), $"expected data with the SHA-256 {hash}, found");

        static ulong DataStart(byte[] file) => 8 + BinaryPrimitives.ReadUInt64LittleEndian(file);
    }

    [TestCase("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true)]
    [TestCase("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde", false)]
    [TestCase("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", false)]
    [TestCase("", false)]
    public void A_hash_is_64_small_hexadecimal_digits(string text, bool expected) =>
        Assert.That(DataHash.IsHash(text), Is.EqualTo(expected));

    [Test]
    public void The_layout_is_the_one_every_reader_knows()
    {
        string path = _folder.File("model");
        SafetensorsWriter.Write(path, Metadata, [new("x", [2], (_, chunk) => (chunk[0], chunk[1]) = (1, -2))]);
        byte[] bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.That(8 + length, Is.EqualTo(4096));
        Assert.That(bytes[8], Is.EqualTo((byte)'{'));
        Assert.That(bytes[8 + length - 1], Is.EqualTo((byte)' '));
        using var json = JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.That(json.RootElement.GetProperty("x").GetRawText(), Is.EqualTo("""{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"""));
        Assert.That(bytes[(8 + length)..], Is.EqualTo(new byte[] { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0 }));
    }

    [Test]
    public void Numbers_that_are_not_finite_are_refused_unless_asked_for([Values(float.NaN, float.NegativeInfinity)] float bad)
    {
        string path = _folder.File("model");
        SafetensorsWriter.Write(path, Metadata, [new("x", [5], (_, chunk) => chunk[3] = bad)]);
        using (SafetensorsFile file = SafetensorsFile.Open(path))
            Refused(() => file.Read("x", 2, new float[3]), "tensor 'x': expected a finite number at element 3");
        using SafetensorsFile lenient = SafetensorsFile.Open(path, checkFinite: false);
        var read = new float[5];
        lenient.Read("x", 0, read);
        Assert.That(read[3], Is.EqualTo(bad));
    }

    [Test]
    public void A_failed_write_leaves_nothing()
    {
        string path = _folder.File("model");
        Assert.That(
            () => SafetensorsWriter.Write(path, Metadata, [new("x", [2], (_, _) => throw new InvalidOperationException("stop"))]),
            Throws.InvalidOperationException);
        Assert.That(() => SafetensorsWriter.Write(path, Metadata, [Counting("x", 1), Counting("x", 1)]),
            Throws.ArgumentException.With.Message.Contains("'x'"));
        Assert.That(
            () => SafetensorsWriter.Write(path, Metadata, [Counting("x", -1)]), Throws.ArgumentException.With.Message.Contains("[-1]"));
        Assert.That(() => SafetensorsWriter.Write(path, Metadata, [Counting("x", long.MaxValue, 2)]), Throws.ArgumentException);
        Assert.That(() => SafetensorsWriter.Write(path, Metadata, [Counting("__metadata__", 1)]), Throws.ArgumentException);
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
    }

    [Test]
    public void A_gap_or_an_overlap_or_a_wrong_size_is_refused()
    {
        Assert.That(Open("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8), Has.Count.EqualTo(1));
        const string swapped =
            """{"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";
        Assert.That(Open(swapped, 12).Select(tensor => tensor.Name), Is.EqualTo(new[] { "a", "b" }));
        RefusedHeader("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
            12, "an overlap");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8,
            "an overlap");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a gap");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "expected 4 bytes of data, found 8");
        RefusedHeader(
            """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "expected 4 bytes for each of 3 elements, found 8 bytes");
        RefusedHeader(
            """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 8, "found 8 bytes of data: the file is shorter");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[8,0]}}""", 8, "ascending offsets");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "expected sizes from 0 on");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}""", 8, "expected sizes from 0 on");
        RefusedHeader("""{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", 8, "expected 4 bytes for each");
    }

    [TestCase("""{"a":{"dtype":"F32","shape":[2]}}""")]
    [TestCase("""{"a":{"dtype":5,"shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("""{"a":{"dtype":null,"shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e30]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    [TestCase("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("""{"__metadata__":7,"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("[[[[[[[[[[[[[[[[")]
    [TestCase("[]")]
    [TestCase("{}{}")]
    public void A_header_that_says_something_else_is_refused(string header) => RefusedHeader(header, 8, "'");

    [Test]
    public void Other_types_may_be_there_but_not_be_read()
    {
        string path =
            Write("""{"a":{"dtype":"Q7","shape":[3],"data_offsets":[0,5]},"b":{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}""", 9);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Read("b", 0, new float[1]);
        Refused(() => file.Read("a", 0, new float[1]), "tensor 'a': expected the type F32, found Q7");
    }

    [Test]
    public void Other_floats_are_read_as_float32()
    {
        float[] values = [1, -0.5f, 3.140625f, 65504];
        byte[] data =
        [
            .. MemoryMarshal.AsBytes(Array.ConvertAll(values, value => (Half)value).AsSpan()),
            .. MemoryMarshal.AsBytes(Array.ConvertAll(values, value => (double)value).AsSpan()),
            .. MemoryMarshal.AsBytes(
                Array.ConvertAll(values[..3], value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).AsSpan()),
        ];
        const string header = """
            {"h":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"d":{"dtype":"F64","shape":[4],"data_offsets":[8,40]},
            "b":{"dtype":"BF16","shape":[3],"data_offsets":[40,46]}}
            """;
        string path = Write(header, 46);
        byte[] file = File.ReadAllBytes(path);
        data.CopyTo(file, file.Length - data.Length);
        File.WriteAllBytes(path, file);
        using SafetensorsFile read = SafetensorsFile.Open(path);
        foreach (string name in new[] { "h", "d", "b" })
        {
            var found = new float[read.Find(name).Elements];
            read.Read(name, 0, found);
            Assert.That(found, Is.EqualTo(values[..found.Length]), name);
            read.Read(name, 1, found.AsSpan(0, 1));
            Assert.That((found[0], read.Source(name).Type), Is.EqualTo((values[1], "F32")), name);
            Assert.That(() => read.Read(name, 3, new float[2]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [TestCase("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer")]
    [TestCase("PK\u0003\u0004 and so on", "a ZIP archive")]
    [TestCase("<!DOCTYPE html><html></html>", "a web page")]
    [TestCase("width,height\n1,2\n", "the file is not a safetensors file")]
    public void Other_files_are_called_by_their_kind(string content, string says) =>
        Refused(() => SafetensorsFile.Open(_folder.Write("other", content)), says);

    [Test]
    public void Cut_files_are_called_cut()
    {
        SafetensorsWriter.Write(_folder.File("whole"), Metadata, [Counting("a", 100)]);
        byte[] whole = File.ReadAllBytes(_folder.File("whole"));
        foreach (int length in new[] { 20, 4000, whole.Length - 1 })
            Refused(
                () => SafetensorsFile.Open(_folder.Write("cut", whole[..length])), "the file is shorter than its header says, it was cut");
    }

    [TestCase(0UL)]
    [TestCase(1UL)]
    [TestCase(100_000_001UL)]
    [TestCase(ulong.MaxValue)]
    [TestCase(50UL)]
    public void A_header_length_is_checked_before_it_is_used(ulong length)
    {
        var bytes = new byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        string path = _folder.Write("model", bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(() => SafetensorsFile.Open(path), "expected a header of 2 to 32 bytes");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Missing_and_tiny_files_are_refused()
    {
        Assert.That(() => SafetensorsFile.Open(_folder.File("none")), Throws.TypeOf<FileNotFoundException>());
        Assert.That(() => SafetensorsFile.Open(_folder.Path), Throws.TypeOf<IOException>().With.Message.Contains("is a folder"));
        Refused(() => SafetensorsFile.Open(_folder.Write("tiny", [1, 2, 3])), "found a file of 3");
    }

    [Test]
    public void Random_damage_gives_a_clean_error_and_little_memory()
    {
        string path = _folder.File("model");
        const string header = """
            {"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
            "b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}
            """;
        byte[] source = File.ReadAllBytes(Write(header, 12));
        var random = new Random(11);
        for (int i = 0; i < 4000; i++)
        {
            File.WriteAllBytes(path, Damage.Bytes(source, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(() => Damage.Allowed(() => ReadAll(path)), Throws.Nothing);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
        }
    }

    [Test]
    public void A_file_of_another_program_is_read()
    {
        string path = RealData.Find(Path.Combine("models", "nnfs-fashion-mnist", "fashion_mnist_784_128_128_10.safetensors"));
        Assert.That(() => ReadAll(path), Throws.Nothing);
    }

    private static void ReadAll(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach (TensorInfo tensor in file.Tensors.Where(tensor => tensor.Type == "F32"))
            file.Read(tensor.Name, 0, new float[tensor.Elements]);
    }

    private static TensorSource Counting(string name, params long[] shape) => new(name, shape, (start, chunk) =>
    {
        for (int i = 0; i < chunk.Length; i++)
            chunk[i] = start + i;
    });

    private string Write(string header, int dataBytes)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        return _folder.Write("written", bytes);
    }

    private IReadOnlyList<TensorInfo> Open(string header, int dataBytes)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Write(header, dataBytes));
        return file.Tensors;
    }

    private void RefusedHeader(string header, int dataBytes, string message) => Refused(() => Open(header, dataBytes), message);

    private static void Refused(Action read, string message) =>
        Assert.That(read, Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
}
