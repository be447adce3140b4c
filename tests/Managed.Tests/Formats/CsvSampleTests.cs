using NUnit.Framework;
using Subquad.Data;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class CsvSampleTests
{
    [TestCase("a,b\n1,2\n3,4\n", ',')]
    [TestCase("a;b;y\n16;84,3;6,359\n8;112,6;-32,64\n", ';')]
    [TestCase("16;84,3;6,359\n8;112,6;-32,64\n", ';')]
    [TestCase("a\tb\n1\t2\n", '\t')]
    [TestCase("a|b|c\n1|2|x\n", '|')]
    [TestCase(" 0.1   18.00  2\n 0.25   0.00  7\n", ' ')]
    [TestCase("day,x\n2021-01-01 10:00:00,5\n2021-01-02 10:00:00,6\n", ',')]
    [TestCase("\"a;b\",c\n\"1;2\",3\n", ',')]
    [TestCase("y\n1\n2\n", ',')]
    [TestCase("", ',')]
    public void The_separator_is_found(string text, char expected) =>
        Assert.That(CsvSample.FindSeparator(text, isWhole: true, []), Is.EqualTo(expected));

    [Test]
    public void A_known_name_finds_the_separator() =>
        Assert.That(CsvSample.FindSeparator("a,b;c\n1,5;2\n", isWhole: true, ["c", "a,b"]), Is.EqualTo(';'));

    [TestCase("a,b\n1,2\n", false)]
    [TestCase("16,84.3\n8,112.6\n", true)]
    [TestCase("1,1,0\n16,84.3,6.359\n", true)]
    [TestCase("5.1,3.5,Iris-setosa\n4.9,3.0,Iris-setosa\n", true)]
    [TestCase("?,3.5,a\n4.9,3.0,b\n", true)]
    [TestCase("country,2019,price\nFR,1,2\n", false)]
    [TestCase("label,0,1,2\n3,0,0,0\n", false)]
    [TestCase("a,b\nx,y\n", false)]
    [TestCase("1,2\n", true)]
    public void A_first_line_of_numbers_is_data(string text, bool expected) => Assert.That(
        CsvSample.StartsWithData(CsvSample.Rows(text, isWhole: true, ','), TableFormat.Default), Is.EqualTo(expected));

    [Test]
    public void A_line_that_may_go_on_is_not_looked_at() =>
        Assert.That(CsvSample.Rows("a,b\n1,2\n3", isWhole: false, ','), Has.Count.EqualTo(2));
}
