using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

[TestFixture]
public sealed class SimdMachineTests : MachineTests;
