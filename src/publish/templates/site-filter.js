(function () {
  "use strict";
  var finder = document.getElementById("finder");
  var field = document.getElementById("find");
  var found = document.getElementById("found");
  var draws = Array.prototype.slice.call(document.querySelectorAll(".draw"));
  var years = Array.prototype.slice.call(document.querySelectorAll(".year"));
  var texts = draws.map(function (draw) { return draw.textContent.toLowerCase(); });
  function filter() {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    var n = 0;
    draws.forEach(function (draw, at) {
      var fits = words.every(function (word) { return texts[at].indexOf(word) !== -1; });
      draw.hidden = !fits;
      n += fits ? 1 : 0;
    });
    years.forEach(function (year) { year.hidden = !year.querySelector(".draw:not([hidden])"); });
    found.textContent = words.length ? "找到 " + n + " 次抽取" : "";
  }
  finder.hidden = false;
  field.addEventListener("input", filter);
  if (field.value) filter();
})();
