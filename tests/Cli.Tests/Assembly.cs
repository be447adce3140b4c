using NUnit.Framework;
using Subquad.Support;

[assembly: LeakCheck]
[assembly: NonParallelizable]
