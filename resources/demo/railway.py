"""The ground that the invented timetable runs on: real station names along real lines; kilometres are rough.

A station is ``name code pinyin by syllable``. ``-`` for a telegraph code means: not known for sure, left blank.
Nothing here comes from a timetable; which trains run, and when, is made up in ``invent.py``.
"""

from __future__ import annotations

STATIONS = """
北京西 BXP bei jing xi
北京南 VNP bei jing nan
保定东 BMP bao ding dong
保定 BDP bao ding
定州东 - ding zhou dong
石家庄 SJP shi jia zhuang
邢台东 EDP xing tai dong
邯郸东 HPP han dan dong
邯郸 HDP han dan
安阳东 ADF an yang dong
鹤壁东 HFF he bi dong
新乡东 EGF xin xiang dong
新乡 XXF xin xiang
郑州东 ZAF zheng zhou dong
郑州 ZZF zheng zhou
许昌东 XVF xu chang dong
许昌 XCF xu chang
漯河西 LBN luo he xi
漯河 LON luo he
驻马店西 ZLN zhu ma dian xi
驻马店 ZDN zhu ma dian
信阳东 OYN xin yang dong
信阳 XUN xin yang
孝感北 XJN xiao gan bei
武汉 WHN wu han
武昌 WCN wu chang
汉口 HKN han kou
咸宁北 - xian ning bei
咸宁 XNN xian ning
赤壁北 CIN chi bi bei
赤壁 CBN chi bi
岳阳东 YIQ yue yang dong
岳阳 YYQ yue yang
汨罗东 MQQ mi luo dong
汨罗 MLQ mi luo
长沙南 CWQ chang sha nan
长沙 CSQ chang sha
株洲西 ZAQ zhu zhou xi
株洲 ZZQ zhu zhou
湘潭 XTQ xiang tan
衡山西 HEQ heng shan xi
衡阳东 HVQ heng yang dong
衡阳 HYQ heng yang
耒阳西 LPQ lei yang xi
耒阳 LYQ lei yang
郴州西 ICQ chen zhou xi
郴州 CZQ chen zhou
韶关东 - shao guan dong
韶关 - shao guan
清远 QBQ qing yuan
广州南 IZQ guang zhou nan
广州 GZQ guang zhou
虎门 IUQ hu men
深圳北 IOQ shen zhen bei
福田 NZQ fu tian
廊坊 LJP lang fang
天津南 TIP tian jin nan
沧州西 CBP cang zhou xi
德州东 DIP de zhou dong
济南西 JGK ji nan xi
泰安 TMK tai an
曲阜东 QAK qu fu dong
滕州东 TEK teng zhou dong
枣庄 ZEK zao zhuang
徐州东 UUH xu zhou dong
宿州东 SRH su zhou dong
蚌埠南 BMH beng bu nan
滁州 CXH chu zhou
南京南 NKH nan jing nan
镇江南 ZEH zhen jiang nan
常州北 ESH chang zhou bei
常州 CZH chang zhou
无锡东 WGH wu xi dong
无锡 WXH wu xi
苏州北 OHH su zhou bei
苏州 SZH su zhou
昆山南 KNH kun shan nan
上海虹桥 AOH shang hai hong qiao
上海南 SNH shang hai nan
嘉兴南 EPH jia xing nan
嘉兴 JXH jia xing
杭州东 HGH hang zhou dong
诸暨 ZDH zhu ji
义乌 YWH yi wu
金华 JBH jin hua
衢州 QEH qu zhou
江山 JUH jiang shan
上饶 SRG shang rao
鹰潭北 YKG ying tan bei
鹰潭 YTG ying tan
南昌西 NXG nan chang xi
南昌 NCG nan chang
宜春 - yi chun
萍乡北 PBG ping xiang bei
萍乡 PXG ping xiang
醴陵东 - li ling dong
湘潭北 EDQ xiang tan bei
韶山南 INQ shao shan nan
娄底南 UOQ lou di nan
娄底 LDQ lou di
邵阳北 OVQ shao yang bei
新化南 EJQ xin hua nan
溆浦南 EMQ xu pu nan
怀化南 KAQ huai hua nan
怀化 HHQ huai hua
新晃西 EWQ xin huang xi
铜仁南 TNW tong ren nan
三穗 QHW san sui
凯里南 QKW kai li nan
凯里 KLW kai li
贵阳北 KQW gui yang bei
贵阳 GIW gui yang
安顺西 ASE an shun xi
六盘水 UMW liu pan shui
盘州 - pan zhou
曲靖北 EQM qu jing bei
曲靖 QJM qu jing
昆明南 KOM kun ming nan
昆明 KMM kun ming
合肥南 ENH he fei nan
六安 UAH lu an
麻城北 MBN ma cheng bei
潜江 QJN qian jiang
荆州 JBN jing zhou
宜昌东 HAN yi chang dong
恩施 ESN en shi
利川 LCN li chuan
重庆北 CUW chong qing bei
重庆西 CXW chong qing xi
遵义 ZYE zun yi
遂宁 NIW sui ning
成都东 ICW cheng du dong
洛阳龙门 LLF luo yang long men
三门峡南 - san men xia nan
华山北 HDY hua shan bei
西安北 EAY xi an bei
永州 AOQ yong zhou
桂林北 GBZ gui lin bei
桂林 GLZ gui lin
柳州 LZZ liu zhou
南宁东 NFZ nan ning dong
益阳 AEQ yi yang
常德 VGQ chang de
张家界 DIQ zhang jia jie
吉首 JIQ ji shou
"""

# ``letters km station km station ...``: the kinds of trains on it, in parts (``GGD`` means two G for one D); a ``*``
# before a station is a hub: trains begin and end there, and most of them stop.
LINES = """
GGGGGDN 0 *北京西 139 保定东 204 定州东 281 *石家庄 383 邢台东 437 邯郸东 497 安阳东 538 鹤壁东 610 新乡东 693 *郑州东 776 许昌东 832 漯河西 895 驻马店西 996 信阳东 1119 孝感北 1229 *武汉 1314 咸宁北 1358 赤壁北 1445 岳阳东 1515 汨罗东 1591 *长沙南 1643 株洲西 1709 衡山西 1768 *衡阳东 1823 耒阳西 1921 郴州西 2077 韶关 2220 清远 2298 *广州南 2346 虎门 2400 *深圳北 2409 *福田
GGGGD 0 *武汉 85 咸宁北 129 赤壁北 216 岳阳东 286 汨罗东 362 *长沙南 414 株洲西 480 衡山西 539 *衡阳东 594 耒阳西 692 郴州西 848 韶关 991 清远 1069 *广州南 1117 虎门 1171 *深圳北
GGG 0 *北京南 59 廊坊 122 天津南 210 沧州西 314 德州东 406 *济南西 465 泰安 533 曲阜东 589 滕州东 625 枣庄 692 *徐州东 767 宿州东 848 蚌埠南 959 滁州 1023 *南京南 1088 镇江南 1153 常州北 1201 无锡东 1227 苏州北 1259 昆山南 1302 *上海虹桥
GGGDN 0 *上海虹桥 84 嘉兴南 159 *杭州东 223 诸暨 271 义乌 307 金华 378 衢州 413 江山 468 上饶 581 鹰潭北 704 *南昌西 869 宜春 934 萍乡北 977 醴陵东 1083 *长沙南 1108 湘潭北 1138 韶山南 1206 娄底南 1263 邵阳北 1300 新化南 1360 溆浦南 1425 *怀化南 1489 新晃西 1514 铜仁南 1558 三穗 1610 凯里南 1776 *贵阳北 1866 安顺西 2010 盘州 2120 曲靖北 2252 *昆明南
GGG 0 *长沙南 25 湘潭北 55 韶山南 123 娄底南 180 邵阳北 217 新化南 277 溆浦南 342 *怀化南 406 新晃西 431 铜仁南 475 三穗 527 凯里南 693 *贵阳北 813 遵义 1038 *重庆西 1330 *成都东
DDG 0 *上海虹桥 84 苏州 126 无锡 165 常州 301 *南京南 458 *合肥南 533 六安 670 麻城北 776 *汉口 920 潜江 991 荆州 1075 *宜昌东 1305 恩施 1365 利川 1640 *重庆北 1790 遂宁 1940 *成都东
GG 0 *深圳北 54 虎门 102 *广州南 323 韶关 479 郴州西 632 *衡阳东 809 *长沙南 885 汨罗东 955 岳阳东 1171 *武汉 1281 孝感北 1404 信阳东 1505 驻马店西 1568 漯河西 1624 许昌东 1707 *郑州东 1837 洛阳龙门 1950 三门峡南 2080 华山北 2230 *西安北
DDG 0 *长沙南 52 株洲西 118 衡山西 177 *衡阳东 316 永州 505 *桂林北 660 柳州 885 *南宁东
CC 0 *长沙 51 *株洲
CC 0 *长沙 48 *湘潭
D 0 *长沙 90 益阳 170 常德 330 *张家界
ZKKT 0 *北京西 146 保定 277 石家庄 442 邯郸 609 新乡 689 郑州 775 许昌 831 漯河 894 驻马店 995 信阳 1225 *武昌 1310 咸宁 1355 赤壁 1440 岳阳 1510 汨罗 1587 *长沙 1638 株洲 1772 衡阳 1830 耒阳 1925 郴州 2078 韶关东 2294 *广州
KKT 0 *武昌 215 岳阳 362 *长沙 413 株洲 547 衡阳 605 耒阳 700 郴州 853 韶关东 1069 *广州
KKZ 0 *上海南 85 嘉兴 173 *杭州东 312 义乌 365 金华 440 衢州 537 上饶 650 鹰潭 780 *南昌 1010 萍乡 1085 *株洲 1136 *长沙 1270 娄底 1560 *怀化 1820 凯里 2020 *贵阳 2270 六盘水 2470 曲靖 2630 *昆明
KKT 0 *长沙 51 株洲 185 衡阳 330 永州 520 桂林 680 柳州 930 *南宁东
K 0 *长沙 134 娄底 424 *怀化 560 吉首 680 *张家界
K 0 *北京西 277 石家庄 689 *郑州 1225 *武昌 1440 岳阳 1587 *长沙 1772 衡阳 1980 永州 2160 桂林 2340 柳州 2590 *南宁东
"""  # noqa: E501 - one line of track is one line here
