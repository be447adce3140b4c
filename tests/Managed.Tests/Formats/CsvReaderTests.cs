using System.Text;
using NUnit.Framework;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class CsvReaderTests
{
    [TestCase("a,b\n1,2\n3,4\n", "1|2;3|4")]
    [TestCase("a,b\r\n1,2\r\n3,4", "1|2;3|4")]
    [TestCase("a,b\r1,2\r3,4\r", "1|2;3|4")]
    [TestCase("\uFEFFa,b\n1,2", "1|2")]
    [TestCase("\n\na,b\n\n1,2\n\n\n", "1|2")]
    [TestCase("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "x,y|say \"hi\"")]
    [TestCase("a,b\n\"two\nlines\",\"two\r\nlines\"\n", "two\nlines|two\r\nlines")]
    [TestCase("a,b\n,\n\"\",\"\"\n", "|;|")]
    [TestCase("a,b\n 1 ,5\" disk\n", " 1 |5\" disk")]
    public void Rows_are_read_as_RFC_4180_says(string text, string expected)
    {
        using CsvReader csv = Open(text);
        Assert.That(csv.Header, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(string.Join(';', Rows(csv)), Is.EqualTo(expected));
    }

    [TestCase("a,b\n1\n", "line 2: expected 2 cells as in the header, found 1")]
    [TestCase("a,b\n\"x\ny\",2\n\n1,2,3\n", "line 5: expected 2 cells as in the header, found 3")]
    [TestCase("a,b\n\"x\r\ny\",2\r\n1\r\n", "line 4: expected 2 cells")]
    [TestCase("a,b\n\"x\"y,2\n", "line 2: expected a comma or the end of the line after a closing quote, found 'y'")]
    [TestCase("a,b\n1,\"2\n", "line 2: expected a closing quote, found the end of the file")]
    [TestCase("", "expected a header line, found an empty file")]
    [TestCase("a,\n", "expected a name for column 2")]
    [TestCase("a,a\n", "found 'a' twice")]
    [TestCase("a,b\n1,2\n3,4\0\n", "line 3: expected text in column 'b', found a NUL character")]
    [TestCase("a,b\n1,2\n\"3\n\0\",4\n", "line 4: expected text in column 'a', found a NUL character")]
    [TestCase("a,b\0\n1,2\n", "line 1: expected text in column 2, found a NUL character")]
    public void Faults_are_named_with_their_line(string text, string message) => Assert.That(
        () =>
        {
            using CsvReader csv = Open(text);
            Rows(csv);
        },
        Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));

    [Test]
    public void Cells_cross_the_edges_of_the_buffer()
    {
        string[] cells = Enumerable.Range(0, 3000).Select(i => new string('x', i % 97) + (i % 3 == 0 ? "\"\r\n" : "")).ToArray();
        var text = new StringBuilder("a,b\r\n");
        foreach (string cell in cells)
            text.Append('"').Append(cell.Replace("\"", "\"\"")).Append("\",1\r\n");
        using CsvReader csv = Open(text.ToString());
        Assert.That(Rows(csv), Is.EqualTo(cells.Select(cell => cell + "|1")));
    }

    [Test]
    public void A_quote_left_open_costs_bounded_memory()
    {
        using CsvReader csv = Open("a,b\n\"" + new string('x', 20_000_000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(csv.Read, Throws.TypeOf<InvalidDataException>().With.Message.Contains("is a quote left open"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(80 << 20));
    }

    [Test]
    public void Other_bytes_than_UTF8_and_damaged_gzip_are_refused()
    {
        byte[] latin = [.. "a,b\n1,"u8, 0xff, 0xfe, (byte)'\n'];
        Assert.That(
            () => Rows(new CsvReader(new MemoryStream(latin), "'x.csv'")),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("UTF-8"));

        using var folder = new TemporaryFolder();
        string text = "a,b\n" + string.Concat(Enumerable.Range(0, 9999).Select(i => $"{i},{i * 7919 % 1000}\n"));
        byte[] packed = TemporaryFolder.Pack(Encoding.UTF8.GetBytes(text));
        string path = folder.Write("cut.csv", packed[..(packed.Length / 2)]);
        Assert.That(
            () =>
            {
                using var csv = new CsvReader(path);
                Rows(csv);
            },
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("cut.csv"));
        Assert.That(() => new CsvReader(folder.File("none.csv")), Throws.TypeOf<FileNotFoundException>().With.Message.Contains("none.csv"));
    }

    private static CsvReader Open(string text) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), "'test.csv'");

    private static List<string> Rows(CsvReader csv)
    {
        var rows = new List<string>();
        while (csv.Read())
        {
            var cells = new List<string>();
            for (int i = 0; i < csv.Header.Length; i++)
                cells.Add(csv[i].ToString());
            rows.Add(string.Join('|', cells));
        }
        return rows;
    }
}
